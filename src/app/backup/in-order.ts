/**
 * Works on several items at the same time, and gives out the results in the order of the items.
 * @throws the first failure, once what is in flight has ended
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = []
  try {
    for await (const item of items) {
      const one = work(item)
      // Awaited in its turn.
      one.catch(() => {})
      running.push(one)
      if (running.length >= limit) yield await running.shift()!
    }
    while (running.length > 0) yield await running.shift()!
  } finally {
    await Promise.allSettled(running)
  }
}
