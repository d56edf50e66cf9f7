import { DomainError } from '../../domain/errors.ts'
import { type Backoff, backoffMs, pause } from '../../runtime/backoff.ts'
import { isTransient, translateError } from '../../runtime/translate-error.ts'

const BACKOFF: Backoff = { firstMs: 100, limitMs: 10_000 }
/** With the time of one attempt, a command that nothing answers ends within half a minute. */
const GIVE_UP_MS = 15_000

export interface Retry {
  /** aborts when the caller's signal does, or when the retries give up */
  readonly signal: AbortSignal
  /**
   * Repeats the work while it fails with a transient error.
   * @throws DomainError unavailable when no work has succeeded for the timeout; any other error of the work, translated;
   * the signal's reason
   */
  retry<T>(work: () => Promise<T>): Promise<T>
  /** Rejects as soon as the signal aborts or the retries give up, without waiting for the work. */
  untilEnded<T>(work: Promise<T>): Promise<T>
}

/**
 * Retries for several pieces of work that use the same servers.
 * @param timeoutMs gives up after this time without one success of any of them, the first failed attempt included
 */
export function createRetry(signal: AbortSignal, timeoutMs = GIVE_UP_MS): Retry {
  const gaveUp = new AbortController()
  const ended = AbortSignal.any([signal, gaveUp.signal])
  let failingSince: number | undefined

  function onFailure(error: DomainError, begun: number): void {
    failingSince ??= begun
    if (performance.now() - failingSince < timeoutMs) return
    const why = error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
    const seconds = Math.round(timeoutMs / 1_000)
    gaveUp.abort(
      new DomainError('unavailable', `nothing has worked for ${seconds} s: ${why}`, { cause: error }),
    )
  }

  return {
    signal: ended,

    async retry(work) {
      for (let failures = 1; ; failures++) {
        ended.throwIfAborted()
        const begun = performance.now()
        try {
          const value = await work()
          failingSince = undefined
          return value
        } catch (error) {
          const translated = translateError(error)
          if (!isTransient(translated)) {
            failingSince = undefined
            throw translated
          }
          onFailure(translated, begun)
        }
        // The last attempt is made before the time is over.
        const left = timeoutMs - (performance.now() - (failingSince ?? begun))
        if (!ended.aborted) await pause(Math.min(backoffMs(failures, BACKOFF), Math.max(0, left)), ended)
      }
    },

    untilEnded(work) {
      // The work itself fails later, when the ports are stopped.
      work.catch(() => {})
      return new Promise((resolve, reject) => {
        const onEnd = (): void => reject(ended.reason as Error)
        if (ended.aborted) return onEnd()
        ended.addEventListener('abort', onEnd, { once: true })
        work.then(resolve, reject).finally(() => ended.removeEventListener('abort', onEnd))
      })
    },
  }
}
