import { Readable } from 'node:stream'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client as SdkClient,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { TimeoutError } from '../../runtime/within.ts'
import type { Body, OpenedObject } from './driver.ts'
import type { ByteRange, ListedObject } from './port.ts'

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
  signal?: AbortSignal | undefined
}

/** The requests that docmgr sends. They fail with the errors of the SDK; see s3-errors.ts. */
export interface S3Client {
  /** Whether CRC-32 checksums are sent along, which some servers do not know. */
  checksums: boolean
  findBucket(bucket: string): Promise<void>
  createBucket(bucket: string): Promise<void>
  /** A stream that is larger than one part takes several requests, which are undone when it fails. */
  put(put: ObjectPut, body: Body): Promise<void>
  get(bucket: string, key: string, range?: ByteRange): Promise<OpenedObject>
  /** A page of a listing, and where the next one begins. */
  list(
    bucket: string,
    continuation: string | undefined,
  ): Promise<{ objects: ListedObject[]; next: string | undefined }>
  size(bucket: string, key: string): Promise<number>
  delete(bucket: string, key: string): Promise<void>
  stop(): void
}

/** The minimum of S3. One part at a time is in memory. */
const PART_BYTES = 5 * 1024 * 1024
const CONNECT_MS = 2_000
/** Until the answer begins: of one attempt of a request with a large body, and of all attempts of any other request. */
const SEND_MS = 30_000
const ANSWER_MS = 8_000
/** Without a byte in either direction. A client that reads a content this slowly is disconnected. */
const IDLE_MS = 60_000
const ATTEMPTS = 3
/** A content that is being read holds one for as long as its reader takes. */
const MAX_SOCKETS = 256

export function createS3Client(settings: S3Settings): S3Client {
  const client = new SdkClient({
    ...sdkConfig(settings),
    requestChecksumCalculation: async () => (self.checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'),
  })

  const self: S3Client = {
    checksums: true,

    async findBucket(bucket) {
      // The answer to HEAD has no error code.
      const command = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })
      await withDeadline(ANSWER_MS, undefined, (abortSignal) => client.send(command, { abortSignal }))
    },

    async createBucket(bucket) {
      const command = new CreateBucketCommand({ Bucket: bucket })
      await withDeadline(ANSWER_MS, undefined, (abortSignal) => client.send(command, { abortSignal }))
    },

    async put({ bucket, key, contentType, ifNoneMatch, signal }, body) {
      const params = {
        Bucket: bucket,
        Key: key,
        ContentType: contentType,
        ...(ifNoneMatch && { IfNoneMatch: '*' }),
      }
      if (body instanceof Uint8Array) {
        const command = new PutObjectCommand({ ...params, Body: body, ContentLength: body.length })
        await withDeadline(2 * SEND_MS, signal, (abortSignal) => client.send(command, { abortSignal }))
        return
      }
      const Body = Readable.from(body, { objectMode: false })
      // Without the signal, which ends the body: when an Upload is aborted it does not wait until its parts are deleted.
      await new Upload({ client, params: { ...params, Body }, queueSize: 1, partSize: PART_BYTES }).done()
    },

    ...createReads(client),

    async delete(bucket, key) {
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: key })
      await withDeadline(ANSWER_MS, undefined, (abortSignal) => client.send(command, { abortSignal }))
    },

    stop: () => client.destroy(),
  }
  return self
}

/** The requests that only read. */
function createReads(client: SdkClient): Pick<S3Client, 'get' | 'list' | 'size'> {
  return {
    async get(bucket, key, range) {
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(range && { Range: `bytes=${range.start}-${range.end}` }),
      })
      const { Body, ContentRange, ContentLength } = await withDeadline(ANSWER_MS, undefined, (abortSignal) =>
        client.send(command, { abortSignal }),
      )
      // `bytes 0-9/1234` (RFC 9110, 14.4)
      const total = ContentRange?.split('/')[1]
      return { stream: Body as Readable, size: total === undefined ? ContentLength! : Number(total) }
    },

    async list(bucket, continuation) {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        ...(continuation !== undefined && { ContinuationToken: continuation }),
      })
      const { Contents = [], NextContinuationToken } = await withDeadline(
        ANSWER_MS,
        undefined,
        (abortSignal) => client.send(command, { abortSignal }),
      )
      const objects = Contents.map(({ Key, Size, LastModified }) => ({
        key: Key!,
        size: Size!,
        modified: LastModified!,
      }))
      return { objects, next: NextContinuationToken }
    },

    async size(bucket, key) {
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key })
      const { ContentLength } = await withDeadline(ANSWER_MS, undefined, (abortSignal) =>
        client.send(command, { abortSignal }),
      )
      return ContentLength!
    },
  }
}

function sdkConfig({ endpoint, region, accessKey, secretKey }: S3Settings): S3ClientConfig {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS }
  return {
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(accessKey !== undefined &&
      secretKey !== undefined && { credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } }),
    maxAttempts: ATTEMPTS,
    // With it, each larger request uses a connection of its own.
    expectContinueHeader: false,
    // Objects are checked against the SHA-256 of their rows.
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
  }
}

/**
 * Aborts a request, with all its attempts, after `ms` or when the signal aborts. The body of an answer that has begun
 * is no longer bounded.
 */
async function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  send: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const deadline = new AbortController()
  const abort = (): void => deadline.abort()
  const timer = setTimeout(() => deadline.abort(new TimeoutError(ms, 'an answer of the object storage')), ms)
  signal?.addEventListener('abort', abort)
  try {
    return await send(deadline.signal)
  } catch (error) {
    signal?.throwIfAborted()
    // The SDK's own error only says that the request was aborted.
    if (deadline.signal.aborted) Object.assign(error as Error, { cause: deadline.signal.reason })
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
