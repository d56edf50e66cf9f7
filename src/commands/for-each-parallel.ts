import { createSemaphore } from '../runtime/semaphore.ts'

/**
 * Works on each item, on at most `limit` at a time. After the first failure or when the signal aborts it takes no more
 * items and waits for those in flight.
 * @throws the first failure
 */
export async function forEachParallel<T>(
  items: Iterable<T>,
  limit: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const permits = createSemaphore(limit)
  const inFlight = new Set<Promise<void>>()
  let failure: { error: unknown } | undefined
  for (const item of items) {
    const release = await permits.acquire()
    if (failure || signal.aborted) break
    const one = work(item)
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => {
        inFlight.delete(one)
        release()
      })
    inFlight.add(one)
  }
  await Promise.all(inFlight)
  if (failure) throw failure.error
}
