import type { Metrics } from '../../runtime/metrics.ts'
import { adapterOf, type BlobsResources } from '../adapters.ts'
import { createBlobs } from './blobs.ts'
import type { Blobs } from './port.ts'

/**
 * Opens the object storage that the URL names: `file:` in the given folder, `file:///path` in another, `s3:` in AWS,
 * `s3:http://host:port` on another server.
 * @param metrics counts damaged objects
 * @throws Error with a sentence for the operator
 */
export async function openBlobs(url: string, resources: BlobsResources, metrics?: Metrics): Promise<Blobs> {
  const damages = metrics?.counter(
    'docmgr_blobs_damaged_total',
    'Reads of objects that were missing or did not have the size and SHA-256 of their rows',
    ['bucket', 'kind'],
  )
  return createBlobs(await adapterOf('blobs', url).open(url, resources), ({ object, kind, detail }) => {
    const { bucket, key } = object
    resources.log.error({ bucket, key, damage: kind, detail }, 'a stored object is damaged')
    damages?.inc({ bucket, kind })
  })
}
