import { Readable } from 'node:stream'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client as SdkClient,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { createDirectRequests, type DirectRequests, SMALL_BYTES } from './s3-direct.ts'

export interface S3Settings {
  /** http: or https: URL of a server other than AWS */
  endpoint: string | undefined
  region: string
  accessKey: string | undefined
  secretKey: string | undefined
}

export interface ObjectPut {
  bucket: string
  key: string
  contentType: string
  /** Fails with PreconditionFailed where there is an object. */
  ifNoneMatch?: boolean
  /** hexadecimal, of bytes whose hash is known */
  sha256?: string
  signal?: AbortSignal | undefined
}

/** The requests that docmgr makes. They fail with the errors of the SDK, whose `name` is the server's error code. */
export interface S3Client {
  /** Whether CRC-32 checksums are sent along, which some servers do not know. */
  checksums: boolean
  /** What can be sent past the SDK, which is an order of magnitude cheaper; undefined: nothing. */
  direct: DirectRequests | undefined
  findBucket(bucket: string): Promise<void>
  createBucket(bucket: string): Promise<void>
  putBytes(put: ObjectPut, bytes: Uint8Array): Promise<void>
  /** Several requests where the body is larger than one part; they are undone when it fails. */
  putStream(put: ObjectPut, body: AsyncIterable<Uint8Array>): Promise<void>
  get(bucket: string, key: string, range?: { start: number; end: number }): Promise<Readable>
  size(bucket: string, key: string): Promise<number>
  delete(bucket: string, key: string): Promise<void>
  stop(): void
}

/** The least that S3 allows; one part is gathered or sent at a time. */
const PART_BYTES = 5 * 1024 * 1024
const CONNECT_MS = 2_000
/** Until the answer begins: of a request that sends much, and with all its attempts of one that does not. */
const SEND_MS = 30_000
const ANSWER_MS = 8_000
/** Without a byte in either direction. A client that reads a content this slowly is cut off. */
const IDLE_MS = 60_000
const ATTEMPTS = 3
/** A content that is being read has one for as long as its reader takes. */
const MAX_SOCKETS = 256

export function createS3Client(settings: S3Settings): S3Client {
  const { endpoint, region, accessKey, secretKey } = settings
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS }
  const client = new SdkClient({
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(accessKey !== undefined &&
      secretKey !== undefined && { credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } }),
    maxAttempts: ATTEMPTS,
    // With it, each larger request has a connection of its own.
    expectContinueHeader: false,
    requestChecksumCalculation: async () => (self.checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'),
    // The rows have SHA-256 hashes for who wants to check.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: SEND_MS,
      throwOnRequestTimeout: true,
      socketTimeout: IDLE_MS,
      socketAcquisitionWarningTimeout: SEND_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
  })

  // Without an endpoint of ours the SDK finds one, perhaps in settings of its own.
  const direct = endpoint === undefined ? undefined : openDirect(client, endpoint, region)

  const self: S3Client = {
    checksums: true,
    direct,

    async findBucket(bucket) {
      // HEAD would not say what is wrong.
      const command = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })
      await before(ANSWER_MS, undefined, (abortSignal) => client.send(command, { abortSignal }))
    },

    async createBucket(bucket) {
      const command = new CreateBucketCommand({ Bucket: bucket })
      await before(ANSWER_MS, undefined, (abortSignal) => client.send(command, { abortSignal }))
    },

    async putBytes(put, bytes) {
      const { sha256 } = put
      await before(2 * SEND_MS, put.signal, async (abortSignal) => {
        const outcome = sha256 && (await self.direct?.put({ ...put, sha256 }, bytes, abortSignal))
        if (outcome === 'stored') return
        const command = new PutObjectCommand({ ...paramsOf(put), Body: bytes, ContentLength: bytes.length })
        try {
          await client.send(command, { abortSignal })
        } catch (error) {
          throw outcome === 'unknown' ? withAttempt(error) : error
        }
      })
    },

    async putStream(put, body) {
      // Ended by its body: the upload's own way to abort does not wait until the parts are gone.
      const upload = new Upload({
        client,
        params: { ...paramsOf(put), Body: Readable.from(body, { objectMode: false }) },
        queueSize: 1,
        partSize: PART_BYTES,
      })
      await upload.done()
    },

    async get(bucket, key, range) {
      return before(ANSWER_MS, undefined, async (abortSignal) => {
        const small = range && range.end - range.start < SMALL_BYTES
        const bytes = small && (await self.direct?.get({ bucket, key }, range, abortSignal))
        if (bytes) return Readable.from(bytes, { objectMode: false })
        const command = new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(range && { Range: `bytes=${range.start}-${range.end}` }),
        })
        const { Body } = await client.send(command, { abortSignal })
        return Body as Readable
      })
    },

    async size(bucket, key) {
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key })
      const { ContentLength } = await before(ANSWER_MS, undefined, (abortSignal) =>
        client.send(command, { abortSignal }),
      )
      return ContentLength!
    },

    async delete(bucket, key) {
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: key })
      await before(ANSWER_MS, undefined, (abortSignal) => client.send(command, { abortSignal }))
    },

    stop() {
      direct?.stop()
      client.destroy()
    },
  }
  return self
}

function openDirect({ config }: SdkClient, endpoint: string, region: string): DirectRequests {
  return createDirectRequests({
    endpoint,
    region,
    credentials: () => config.credentials(),
    // The SDK learns the offset from a server whose clock differs.
    now: () => new Date(Date.now() + config.systemClockOffset),
    connectMs: CONNECT_MS,
  })
}

const paramsOf = ({ bucket, key, contentType, ifNoneMatch }: ObjectPut) => ({
  Bucket: bucket,
  Key: key,
  ContentType: contentType,
  ...(ifNoneMatch && { IfNoneMatch: '*' }),
})

/** The SDK's error, which says how many attempts there were (see attemptsOf), with one more. */
function withAttempt(error: unknown): unknown {
  const { $metadata } = error as { $metadata?: { attempts?: number } }
  if ($metadata) $metadata.attempts = ($metadata.attempts ?? 1) + 1
  return error
}

/** Aborts the request after `ms`, with all its attempts, or with the signal; not any more once it has been answered. */
async function before<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), ms)
  const abort = (): void => deadline.abort()
  signal?.addEventListener('abort', abort)
  try {
    return await work(deadline.signal)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
