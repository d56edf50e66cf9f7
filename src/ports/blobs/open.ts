import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger } from '../../runtime/logger.ts'
import { createBlobs } from './blobs.ts'
import type { Blobs } from './port.ts'

export interface BlobsResources {
  /** where `file:` keeps objects, unless the URL has a path of its own */
  folder: string
  region?: string
  /** what the names of the buckets begin with */
  bucketPrefix?: string
  accessKey?: string | undefined
  secretKey?: string | undefined
  log: Logger
}

/**
 * Opens the object storage that the URL names: `file:` in the given folder, `file:///path` in another, `s3:` in AWS,
 * `s3:http://host:port` on another server.
 * @throws Error with a sentence for the operator
 */
export async function openBlobs(url: string, resources: BlobsResources): Promise<Blobs> {
  const scheme = url.slice(0, url.indexOf(':') + 1)
  switch (scheme) {
    case 'file:': {
      const { openFileDriver } = await import('./file.ts')
      return createBlobs(await openFileDriver(fileFolder(url, resources.folder)))
    }
    case 's3:': {
      const { openS3Driver } = await import('./s3.ts')
      return createBlobs(await openS3Driver(url.slice(scheme.length), resources))
    }
    default:
      throw new Error(`blobs.url: ${scheme || url} is not known; it can be file: or s3:`)
  }
}

function fileFolder(url: string, folder: string): string {
  if (url === 'file:') return folder
  if (!url.startsWith('file:///'))
    throw new Error(`blobs.url: must be file: or file:///and/a/path, not ${url}`)
  return resolve(fileURLToPath(url))
}
