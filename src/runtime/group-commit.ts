/**
 * Commits items in groups, one group at a time: the items that arrive during a commit form the next group. A single
 * item is committed at once; under load a group costs one statement and one flush of the disk.
 *
 * @returns a function that resolves when the group of its item is committed, and rejects when that commit fails
 */
export function groupCommit<T>(commit: (items: T[]) => Promise<void>): (item: T) => Promise<void> {
  let next: { items: T[]; done: Promise<void> } | undefined
  let current: Promise<unknown> = Promise.resolve()

  return (item) => {
    if (next) {
      next.items.push(item)
      return next.done
    }
    const items = [item]
    const done = current.then(() => {
      next = undefined
      return commit(items)
    })
    next = { items, done }
    current = done.catch(() => {})
    return done
  }
}
