/**
 * Runs pieces of work that have a key in common one after the other, in the order of the calls, and all others at the same
 * time.
 * @returns a function that settles as the work does
 */
export function createOrder(): <T>(keys: Iterable<string>, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (keys, work) => {
    const own = [...keys]
    const earlier = [...new Set(own.flatMap((key) => last.get(key) ?? []))]
    const done = earlier.length === 0 ? work() : Promise.allSettled(earlier).then(work)
    for (const key of own) last.set(key, done)
    try {
      return await done
    } finally {
      for (const key of own) if (last.get(key) === done) last.delete(key)
    }
  }
}
