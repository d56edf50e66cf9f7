import type { IncomingMessage } from 'node:http'
import getRawBody from 'raw-body'
import { DomainError } from '../domain/errors.ts'
import { createSemaphore, type Semaphore } from '../runtime/semaphore.ts'
import { abortAfter, TimeoutError, within } from '../runtime/within.ts'
import { JsonBounds } from './json-bounds.ts'
import { parseJson } from './json-text.ts'
import { parseInThread } from './parse-in-thread.ts'

/** Text escaped as `\uXXXX` has at most three times the bytes of the same text in UTF-8, control characters aside. */
const ESCAPED = 3
const OTHER_FIELDS_BYTES = 64 * 1024
const MAX_JSON_BYTES = 32 * 1024 * 1024
/** Bodies in memory: a large one is parsed into several times its size. */
const LARGE_BYTES = 1024 * 1024
const LARGE_AT_ONCE = 4
const LARGE_WAIT_MS = 10_000
const READ_LIMIT_MS = 60_000

const largeBodies = createSemaphore(LARGE_AT_ONCE)
const largeParses = createSemaphore(1)

/** Maximum size of a JSON body with one long string of this many bytes as UTF-8. */
export const jsonBytesFor = (textBytes: number): number =>
  Math.min(ESCAPED * textBytes + OTHER_FIELDS_BYTES, MAX_JSON_BYTES)

/** Refuses a compressed body: what it inflates to is not known. @throws DomainError unsupported-encoding */
export function requireIdentity({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity') return
  throw new DomainError(
    'unsupported-encoding',
    `header content-encoding: ${encoding.slice(0, 50)} is not supported; send the body uncompressed`,
  )
}

/** The media type of the body, without parameters and in lower case. @throws DomainError unsupported-media-type */
export function requireMediaType({ headers }: IncomingMessage): string {
  const type = headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase()
  if (type) return type
  throw unsupportedType('is required with a body, such as application/json')
}

export function unsupportedType(detail: string): DomainError {
  return new DomainError('unsupported-media-type', `header content-type: ${detail}`, {
    errors: [{ field: 'header.content-type', detail }],
  })
}

/** Reads a JSON body (RFC 8259: UTF-8). */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  requireIdentity(request)
  const type = requireMediaType(request)
  if (type !== 'application/json' && !type.endsWith('+json')) {
    throw unsupportedType(`must be application/json, not ${type.slice(0, 100)}`)
  }
  const expected = Number(request.headers['content-length'] ?? maxBytes)
  if (expected <= LARGE_BYTES || maxBytes <= LARGE_BYTES) return parseJson(await readBody(request, maxBytes))
  const body = await inTurn(largeBodies, () => readBody(request, maxBytes))
  return body.length <= LARGE_BYTES ? parseJson(body) : inTurn(largeParses, () => parseInThread(body))
}

/** @throws DomainError unavailable */
async function inTurn<T>(turns: Semaphore, work: () => Promise<T>): Promise<T> {
  const done = await turns.acquire(abortAfter(LARGE_WAIT_MS)).catch(() => {
    throw new DomainError('unavailable', 'other large bodies are being read; try again')
  })
  try {
    return await work()
  } finally {
    done()
  }
}

/** Reads the whole body, at most `maxBytes`, and stops at what is too expensive to parse. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const length = request.headers['content-length']
  const bounds = new JsonBounds()
  const chunks = new Promise<never>((_, reject) => {
    request.on('data', (chunk: Buffer) => {
      try {
        bounds.write(chunk)
      } catch (error) {
        reject(error as Error)
      }
    })
  })
  const body = getRawBody(request, { limit: maxBytes, ...(length !== undefined && { length }) })
  try {
    return await within(READ_LIMIT_MS, Promise.race([body, chunks]))
  } catch (error) {
    // Nothing keeps what still comes.
    request.removeAllListeners('data')
    if (error instanceof DomainError) throw error
    if ((error as { type?: string }).type === 'entity.too.large') {
      throw new DomainError('payload-too-large', `the body must have at most ${maxBytes} bytes`)
    }
    if (error instanceof TimeoutError) {
      throw new DomainError('request-timeout', `the body must arrive within ${READ_LIMIT_MS / 1_000} s`)
    }
    throw new DomainError('malformed-request', 'the body ended before its Content-Length', { cause: error })
  }
}
