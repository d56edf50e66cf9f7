/**
 * Takes items one by one and works on several at once: those that come while a batch is under way are the next batch.
 * So one that comes alone does not wait, and many cost one statement and one flush of the disk a batch.
 */
export function inBatches<T>(work: (items: T[]) => Promise<void>): (item: T) => Promise<void> {
  let gathering: { items: T[]; done: Promise<void> } | undefined
  let under: Promise<unknown> = Promise.resolve()

  return (item) => {
    if (gathering) {
      gathering.items.push(item)
      return gathering.done
    }
    const items = [item]
    const done = under.then(() => {
      gathering = undefined
      return work(items)
    })
    gathering = { items, done }
    under = done.catch(() => {})
    return done
  }
}
