import { groupCommit } from '../runtime/group-commit.ts'
import { isTransient } from '../runtime/translate-error.ts'

/** The most rows of one statement. */
const MAX_TOGETHER = 32

/**
 * Commits items that wait for the database by one statement, with one flush of the disk. What the database refuses fails alone.
 * @param commit one transaction; resolves with the results in the order of the items
 */
export function commitTogether<T, R>(commit: (items: readonly T[]) => Promise<R[]>): (item: T) => Promise<R> {
  return groupCommit<T, R>(async (items) => {
    try {
      return await commit(items)
    } catch (error) {
      // What is the server's fault may have been committed all the same, and would fail again.
      if (items.length === 1 || isTransient(error)) throw error
      const outcomes = await Promise.allSettled(items.map((item) => commit([item])))
      return outcomes.map((one) => (one.status === 'fulfilled' ? one.value[0]! : rejected(one.reason)))
    }
  }, MAX_TOGETHER)
}

/** Handled, also when nobody waits for it any more. */
function rejected(reason: unknown): Promise<never> {
  const failure = Promise.reject(reason as Error)
  failure.catch(() => {})
  return failure
}
