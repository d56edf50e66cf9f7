import type { DocumentCache } from '../../ports/cache/port.ts'

/** The largest value of the column, so that nothing is cached over it for as long as the cache keeps removals. */
export const MAX_VERSION = 2_147_483_647

/**
 * Holds the document in the cache while it is written. When the write fails, it may have been committed all the same.
 * @returns what `write` returns; unless that is undefined, the caller ends the hold
 */
export async function withoutCache<T>(
  cache: DocumentCache,
  id: string,
  write: () => Promise<T | undefined>,
): Promise<T | undefined> {
  await cache.hold(id)
  try {
    const written = await write()
    if (written === undefined) await cache.release(id)
    return written
  } catch (error) {
    await cache.remove(id, MAX_VERSION)
    throw error
  }
}
