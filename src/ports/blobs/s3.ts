/** The `s3:` driver: objects in buckets of AWS, or of another server of the same API. */
import type { Logger } from '../../runtime/logger.ts'
import { Readable } from 'node:stream'
import type { BlobsDriver } from './driver.ts'
import { type Bucket, BUCKETS } from './port.ts'
import { createS3Client } from './s3-client.ts'
import { attemptsOf, codeOf, meaningOf, statusOf } from './s3-errors.ts'
import { probeS3 } from './s3-probe.ts'

export interface S3Options {
  region?: string
  /** prefix of the bucket names */
  bucketPrefix?: string
  accessKey?: string | undefined
  secretKey?: string | undefined
  log: Logger
}

/**
 * A stored object is complete and durable when the server has answered. A crash may leave parts of an upload, which no
 * reader sees: a lifecycle rule of the bucket removes them.
 *
 * @param url of the server; empty for AWS. Missing buckets are created, except in AWS, where bucket names are global.
 * @throws Error with a sentence for the operator
 */
export async function openS3Driver(url: string, options: S3Options): Promise<BlobsDriver> {
  const { region = 'us-east-1', bucketPrefix = '', accessKey, secretKey, log } = options
  const endpoint = endpointOf(url)
  const nameOf = (bucket: Bucket): string => `${bucketPrefix}${bucket}`
  const client = createS3Client({ endpoint, region, accessKey, secretKey })
  const { conditionalPut } = await probeS3({
    client,
    buckets: BUCKETS.map(nameOf),
    server: endpoint ?? `S3 in ${region}`,
    mayCreate: endpoint !== undefined,
    log,
  }).catch((error: unknown) => {
    client.stop()
    throw error
  })

  return {
    async put(bucket, key, body, { fresh, bytesRead, ...options }) {
      const put = { ...options, bucket: nameOf(bucket), key, ifNoneMatch: fresh && conditionalPut }
      try {
        await client.put(put, body)
      } catch (error) {
        // The object may be this put's own, stored by an earlier attempt whose answer was lost.
        const isRepeated = statusOf(error) === 412 && attemptsOf(error) > 1
        const size = isRepeated ? await client.size(put.bucket, key).catch(() => undefined) : undefined
        if (size !== bytesRead()) throw error
      }
    },
    async get(bucket, key, range) {
      try {
        return await client.get(nameOf(bucket), key, range)
      } catch (error) {
        if (codeOf(error) !== 'InvalidRange') throw error
        return { stream: Readable.from([]), size: await client.size(nameOf(bucket), key) }
      }
    },

    async *list(bucket) {
      let next: string | undefined
      do {
        const page = await client.list(nameOf(bucket), next)
        yield* page.objects
        next = page.next
      } while (next !== undefined)
    },

    async size(bucket, key) {
      try {
        return await client.size(nameOf(bucket), key)
      } catch (error) {
        // The answer to HEAD has no code.
        throw codeOf(error) === 'NotFound' ? Object.assign(error as Error, { Code: 'NoSuchKey' }) : error
      }
    },
    delete: (bucket, key) => client.delete(nameOf(bucket), key),
    check: async () => void (await Promise.all(BUCKETS.map((bucket) => client.findBucket(nameOf(bucket))))),
    meaningOf,
    stop: async () => client.stop(),
  }
}

/** The server that the rest of the URL names; undefined for AWS. @throws Error with a sentence for the operator */
export function endpointOf(url: string): string | undefined {
  if (url === '') return undefined
  const rule = 'blobs.url: must be s3: for AWS, or s3:http://host:port or s3:https://host for another server'
  if (!URL.canParse(url)) throw new Error(rule)
  const { protocol, pathname, search, username, origin } = new URL(url)
  if (!/^https?:$/.test(protocol) || pathname !== '/' || search !== '' || username !== '')
    throw new Error(rule)
  return origin
}
