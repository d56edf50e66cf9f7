/** The `s3:` adapter: objects in buckets of AWS, or of another server of the same API. */
import { createHash } from 'node:crypto'
import { DomainError } from '../../domain/errors.ts'
import type { Logger } from '../../runtime/logger.ts'
import { checkKey } from './object-key.ts'
import { type BlobInfo, type Blobs, type Bucket, BUCKETS, type PutOptions } from './port.ts'
import { createS3Client, type S3Client } from './s3-client.ts'
import { SMALL_BYTES } from './s3-direct.ts'
import { attemptsOf, isMissing, statusOf, storageError } from './s3-errors.ts'
import { probeS3 } from './s3-probe.ts'
import { untilAborted } from './until-aborted.ts'

export interface S3Options {
  region?: string
  bucketPrefix?: string
  accessKey?: string | undefined
  secretKey?: string | undefined
  log: Logger
}

/**
 * A stored object is whole and durable when the server has answered. A crash may leave parts of an upload that was
 * under way, which no reader sees: a lifecycle rule of the bucket removes them.
 *
 * @param url of the server; empty for AWS. Missing buckets are made except in AWS, where their names are everybody's.
 * @throws Error with a sentence for the operator
 */
export async function openS3Blobs(url: string, options: S3Options): Promise<Blobs> {
  const { region = 'us-east-1', bucketPrefix = '', accessKey, secretKey, log } = options
  const endpoint = endpointOf(url)
  const server = endpoint ?? `S3 in ${region}`
  const nameOf = (bucket: Bucket): string => `${bucketPrefix}${bucket}`
  const client = createS3Client({ endpoint, region, accessKey, secretKey })
  const mayCreate = endpoint !== undefined
  const { conditionalPut } = await probeS3({
    client,
    buckets: BUCKETS.map(nameOf),
    server,
    mayCreate,
    log,
  }).catch((error: unknown) => {
    client.stop()
    throw error
  })

  return {
    async put(bucket, key, body, options) {
      checkKey(key)
      const { contentType, signal, fresh } = options
      const meter = createMeter(options)
      const ifNoneMatch = fresh === true && conditionalPut
      const put = { bucket: nameOf(bucket), key, contentType, ifNoneMatch, signal }
      try {
        if (body instanceof Uint8Array) meter.add(body)
        const measured = body instanceof Uint8Array ? body : await gather(meter.through(body))
        if (measured instanceof Uint8Array)
          await client.putBytes({ ...put, sha256: meter.info().sha256 }, measured)
        else await client.putStream(put, measured)
      } catch (error) {
        if (meter.failure !== undefined) throw meter.failure
        const isOwn = ifNoneMatch && statusOf(error) === 412 && attemptsOf(error) > 1
        if (!isOwn || !(await hasSize(client, put, meter.info().size))) throw storageError(error)
      }
      return meter.info()
    },

    async get(bucket, key, range) {
      checkKey(key)
      return unlessMissing(() => client.get(nameOf(bucket), key, range))
    },

    async size(bucket, key) {
      checkKey(key)
      return unlessMissing(() => client.size(nameOf(bucket), key))
    },

    async delete(bucket, key) {
      checkKey(key)
      await unlessMissing(() => client.delete(nameOf(bucket), key))
    },

    async check() {
      try {
        await Promise.all(BUCKETS.map((bucket) => client.findBucket(nameOf(bucket))))
      } catch (error) {
        throw storageError(error)
      }
    },

    async stop() {
      client.stop()
    },
  }
}

interface Meter {
  add(bytes: Uint8Array): void
  /** The body, measured; it ends with an error when it is too large or the signal aborts. */
  through(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>
  info(): BlobInfo
  /** why the body ended early */
  readonly failure: unknown
}

function createMeter({ maxBytes, signal }: PutOptions): Meter {
  const hash = createHash('sha256')
  let sha256: string | undefined
  let size = 0
  let failure: unknown
  const add = (bytes: Uint8Array): void => {
    signal?.throwIfAborted()
    size += bytes.length
    if (size > maxBytes)
      throw new DomainError('payload-too-large', `the content must have at most ${maxBytes} bytes`)
    hash.update(bytes)
  }
  return {
    add,
    async *through(body) {
      try {
        for await (const bytes of untilAborted(body, signal)) {
          add(bytes)
          yield bytes
        }
        signal?.throwIfAborted()
      } catch (error) {
        failure = error
        throw error
      }
    },
    info: () => ({ size, sha256: (sha256 ??= hash.digest('hex')) }),
    get failure() {
      return failure
    },
  }
}

/** All of a small body, or a large one as it was. */
async function gather(body: AsyncGenerator<Uint8Array>): Promise<Buffer | AsyncGenerator<Uint8Array>> {
  const start: Uint8Array[] = []
  for (let size = 0; size <= SMALL_BYTES;) {
    const { value, done } = await body.next()
    if (done) return Buffer.concat(start)
    start.push(value)
    size += value.length
  }
  return (async function* () {
    try {
      yield* start
      yield* body
    } finally {
      await body.return(undefined)
    }
  })()
}

/** Whether an earlier attempt, whose answer was lost, has stored the object. */
async function hasSize(
  client: S3Client,
  { bucket, key }: { bucket: string; key: string },
  size: number,
): Promise<boolean> {
  return (await client.size(bucket, key).catch(() => undefined)) === size
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw storageError(error)
  }
}

function endpointOf(url: string): string | undefined {
  if (url === '') return undefined
  const rule = 'blobs.url: must be s3: for AWS, or s3:http://host:port or s3:https://host for another server'
  if (!URL.canParse(url)) throw new Error(rule)
  const { protocol, pathname, search, username, origin } = new URL(url)
  if (!/^https?:$/.test(protocol) || pathname !== '/' || search !== '' || username !== '')
    throw new Error(rule)
  return origin
}
