import { adapterOf, type BlobsResources } from '../adapters.ts'
import { createBlobs } from './blobs.ts'
import type { Blobs } from './port.ts'

/**
 * Opens the object storage that the URL names: `file:` in the given folder, `file:///path` in another, `s3:` in AWS,
 * `s3:http://host:port` on another server.
 * @throws Error with a sentence for the operator
 */
export const openBlobs = async (url: string, resources: BlobsResources): Promise<Blobs> =>
  createBlobs(await adapterOf('blobs', url).open(url, resources))
