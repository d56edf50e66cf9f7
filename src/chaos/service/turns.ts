import { createRandom } from '../random.ts'

/** Each target has its turn before one has a second. */
export function turns<T>(targets: readonly T[]): (seed: number) => T {
  let deck: T[] = []
  return (seed) => {
    if (deck.length === 0) deck = createRandom(seed, 'deck').shuffle(targets)
    return deck.pop()!
  }
}
