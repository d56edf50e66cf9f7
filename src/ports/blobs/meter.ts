import { createHash } from 'node:crypto'
import { DomainError } from '../../domain/errors.ts'
import type { Body } from './driver.ts'
import type { BlobInfo } from './port.ts'

/** Measures a body while it is read. */
export interface Meter {
  /**
   * The body, measured: its end is an error when it has more than the allowed bytes or the signal aborts.
   * @throws DomainError payload-too-large, the signal's reason, for a body in one piece
   */
  measure(body: Body): Body
  bytesRead(): number
  /** Of the whole body. */
  info(): BlobInfo
  /** why the body ended early */
  readonly failure: unknown
}

export function createMeter(maxBytes: number, signal: AbortSignal | undefined): Meter {
  const hash = createHash('sha256')
  let size = 0
  let failure: unknown

  const add = (bytes: Uint8Array): void => {
    signal?.throwIfAborted()
    size += bytes.length
    if (size > maxBytes)
      throw new DomainError('payload-too-large', `the content must have at most ${maxBytes} bytes`)
    hash.update(bytes)
  }

  async function* measured(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
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
  }

  return {
    measure(body) {
      if (!(body instanceof Uint8Array)) return measured(body)
      add(body)
      return body
    },
    bytesRead: () => size,
    info: () => ({ size, sha256: hash.digest('hex') }),
    get failure() {
      return failure
    },
  }
}

/** The body, which also ends with an error when the signal aborts while the body stalls. */
async function* untilAborted<T>(body: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  if (!signal) return yield* body
  const iterator = body[Symbol.asyncIterator]()
  let abort = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', abort)
  })
  aborted.catch(() => {})
  try {
    signal.throwIfAborted()
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted])
      if (next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', abort)
    // Not awaited: the end of a body that stalls may never come.
    void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
