import { setTimeout as delay } from 'node:timers/promises'

/** Rejects when `work` has not settled after `ms` milliseconds, naming what was waited for. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const abort = new AbortController()
  const limit = delay(ms, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`timed out after ${ms} ms, waiting for ${what}`)
  })
  limit.catch(() => {})
  return Promise.race([work, limit]).finally(() => abort.abort())
}

/** Calls `probe` until it gives something other than undefined or false, and returns that. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 30_000,
): Promise<T> {
  const end = performance.now() + ms
  for (;;) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`timed out after ${ms} ms, waiting for ${what}`)
    await delay(10)
  }
}

/** A promise that a test settles itself. */
export function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}
