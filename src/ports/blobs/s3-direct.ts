/**
 * Requests for objects that are in memory as a whole, past the SDK, whose client computes ten times as long for one. They
 * know success only: whatever else is answered, or is not, is left to the SDK, with its attempts, its correction of the
 * clock and its errors.
 */
import { Pool } from 'undici'
import { createSigner, type Credentials } from './s3-signature.ts'

export interface DirectOptions {
  /** the server's URL, without a path */
  endpoint: string
  region: string
  credentials: () => Promise<Credentials>
  /** by the clock of the server */
  now: () => Date
  /** milliseconds that connecting may take */
  connectMs: number
}

export interface DirectObject {
  bucket: string
  key: string
}

export interface DirectPut extends DirectObject {
  contentType: string
  ifNoneMatch?: boolean
  /** hexadecimal, of the bytes: the server refuses others */
  sha256: string
}

/** Each gives up when its signal aborts. */
export interface DirectRequests {
  /** The bytes of the range, or undefined where the answer is anything else. */
  get(
    object: DirectObject,
    range: { start: number; end: number },
    signal: AbortSignal,
  ): Promise<Buffer | undefined>
  /** `unknown`: it may have been stored, or may be yet */
  put(put: DirectPut, bytes: Uint8Array, signal: AbortSignal): Promise<'stored' | 'refused' | 'unknown'>
  stop(): void
}

/** What is larger than this is streamed by the SDK: a slow reader or network may take its time for it. */
export const SMALL_BYTES = 64 * 1024
/** None is held for long. */
const CONNECTIONS = 64
const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

export function createDirectRequests(options: DirectOptions): DirectRequests {
  const { origin, host } = new URL(options.endpoint)
  const sign = createSigner(options.region)
  // The signal bounds the whole request.
  const timeouts = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: options.connectMs } }
  const pool = new Pool(origin, { connections: CONNECTIONS, ...timeouts })

  const send = async (
    method: 'GET' | 'PUT',
    { bucket, key }: DirectObject,
    headers: Record<string, string> & { 'x-amz-content-sha256': string },
    more: { signal: AbortSignal; body?: Uint8Array },
  ): ReturnType<Pool['request']> => {
    const path = `/${bucket}/${key}`
    const request = { method, path, headers: { host, ...headers } }
    const signed = sign(request, await options.credentials(), options.now())
    signed['user-agent'] = 'docmgr'
    return pool.request({ method, path, headers: signed, ...more })
  }

  return {
    async get(object, { start, end }, signal) {
      const headers = { range: `bytes=${start}-${end}`, 'x-amz-content-sha256': SHA256_OF_NOTHING }
      try {
        const { statusCode, body } = await send('GET', object, headers, { signal })
        if (statusCode === 206) return Buffer.from(await body.arrayBuffer())
        await body.dump()
      } catch {
        // The SDK will meet it too, or get through.
      }
      return undefined
    },

    async put({ contentType, ifNoneMatch, sha256, ...object }, bytes, signal) {
      const headers = {
        'content-type': contentType,
        'x-amz-content-sha256': sha256,
        ...(ifNoneMatch && { 'if-none-match': '*' }),
      }
      try {
        const { statusCode, body } = await send('PUT', object, headers, { signal, body: bytes })
        await body.dump()
        if (statusCode === 200) return 'stored'
        return statusCode >= 400 && statusCode < 500 ? 'refused' : 'unknown'
      } catch {
        return 'unknown'
      }
    },

    stop: () => void pool.destroy().catch(() => {}),
  }
}
