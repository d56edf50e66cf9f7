/** The work has not ended in time. It may still go on. */
export class TimeoutError extends Error {
  /** @param reason why it was not there at the last look, and the error of that look */
  constructor(ms: number, what: string, reason?: string, cause?: Error) {
    super(
      `timed out after ${ms / 1_000} s waiting for ${what}${reason === undefined ? '' : `: ${reason}`}`,
      cause && { cause },
    )
    this.name = 'TimeoutError'
  }
}

/**
 * Stops waiting for `work` after `ms` milliseconds; the work itself goes on.
 * @param what names the work in the error
 * @throws TimeoutError when the time is over
 */
export async function within<T>(ms: number, work: Promise<T>, what = 'an answer'): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(ms, what)), ms)
  })
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}

/**
 * A signal that aborts after `ms` milliseconds with a TimeoutError, for AbortSignal.any. AbortSignal.timeout is not: Node
 * collects one that only a combined signal refers to, and then it never aborts (seen with Node 20.20).
 */
export function abortAfter(ms: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(new TimeoutError(ms, 'an answer')), ms).unref()
  return controller.signal
}
