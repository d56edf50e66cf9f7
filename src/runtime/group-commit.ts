/**
 * Commits items in groups, one group at a time: the items that arrive during a commit form the next group. A single
 * item is committed at once; under load a group costs one statement and one flush of the disk.
 *
 * @param commit resolves with the results of the items in their order, if they have any
 * @param limit the most items of a group
 * @returns a function that resolves with the item's result when its group is committed, and rejects when that commit, or the
 *   item's own result, fails
 */
export function groupCommit<T, R = void>(
  commit: (items: T[]) => Promise<readonly (R | Promise<R>)[] | void>,
  limit = Infinity,
): (item: T) => Promise<R> {
  interface Group {
    items: T[]
    done: Promise<readonly (R | Promise<R>)[] | void>
  }
  let next: Group | undefined
  let last: Promise<unknown> = Promise.resolve()

  const begin = (): Group => {
    const items: T[] = []
    const done = last.then(() => {
      if (next === group) next = undefined
      return commit(items)
    })
    const group = { items, done }
    last = done.catch(() => {})
    return group
  }

  return async (item) => {
    if (next === undefined || next.items.length >= limit) next = begin()
    const group = next
    const place = group.items.push(item) - 1
    return (await group.done)?.[place] as R
  }
}
