import { setTimeout as delay } from 'node:timers/promises'

export const pause = (ms: number): Promise<void> => delay(ms)

/** Whether `work` ends within so many milliseconds. */
export function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const limit = delay(ms, false, { ref: false })
  return Promise.race([work.then(() => true), limit])
}

/**
 * Calls `probe` until it gives something other than undefined or false.
 * @returns what it gave, or undefined after `ms` milliseconds
 */
export async function poll<T>(
  ms: number,
  probe: () => Promise<T | undefined | false>,
  everyMs = 200,
): Promise<T | undefined> {
  const end = performance.now() + ms
  for (;;) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) return undefined
    await delay(everyMs)
  }
}

/**
 * Does `work` again until it succeeds.
 * @throws its last error after `ms` milliseconds
 */
export async function succeed(ms: number, everyMs: number, work: () => Promise<unknown>): Promise<void> {
  let last: unknown
  const done = await poll(
    ms,
    () =>
      work().then(
        () => true,
        (error: unknown) => void (last = error),
      ),
    everyMs,
  )
  if (!done) throw new Error(`not possible within ${ms} ms: ${String(last)}`, { cause: last })
}
