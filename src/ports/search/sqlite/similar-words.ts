import { maxEdits } from '../query/similar-words.ts'
import type { Lookups } from './lookups.ts'

/** Words of the index that a word may be a misspelling of. */
const MAX_SIMILAR = 8
/** Words that are compared with one. */
const MAX_COMPARED = 50_000
/** Of those that are similar so many are looked for in documents. */
const MAX_TRIED = 200

/** Code points are compared. The first letter is hardly ever wrong, and it selects what is compared. */
export function createSimilarWords(lookups: Lookups) {
  /** @param isFound whether a document has a word */
  return (word: string, isFound: (word: string) => boolean): string[] => {
    const letters = [...word]
    const edits = maxEdits(word)
    const [first] = letters
    if (first === undefined) return []
    const rows = lookups
      .prepare(
        `select word, documents from known_words
         where word >= ? and word < ? and length(word) between ? and ? limit ${MAX_COMPARED}`,
      )
      .all(first, nextOf(first), letters.length - edits, letters.length + edits) as {
      word: string
      documents: number
    }[]
    const similar = rows
      .map((row) => ({ ...row, distance: editDistance(letters, [...row.word], edits) }))
      .filter(({ distance }) => distance > 0 && distance <= edits)
      .sort((one, other) => one.distance - other.distance || other.documents - one.documents)
      .slice(0, MAX_TRIED)
      .map((row) => row.word)
    return firstWhere(similar, MAX_SIMILAR, isFound)
  }
}

/** The first ones for which it holds; it is not asked about more. */
export function firstWhere<Item>(
  items: readonly Item[],
  count: number,
  holds: (item: Item) => boolean,
): Item[] {
  const found: Item[] = []
  for (const item of items) {
    if (found.length === count) break
    if (holds(item)) found.push(item)
  }
  return found
}

/** The first text after all that begin so. */
export const nextOf = (prefix: string): string => `${prefix}\u{10ffff}`

/**
 * Insertions, deletions, substitutions, and swaps of neighbours (optimal string alignment).
 * @returns `most + 1` where it is more than `most`
 */
function editDistance(one: readonly string[], other: readonly string[], most: number): number {
  let [before, last] = [[] as number[], Array.from({ length: other.length + 1 }, (_, index) => index)]
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    let least = row
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      let distance = Math.min(
        last[column - 1]! + Number(!isSame),
        last[column]! + 1,
        current[column - 1]! + 1,
      )
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        distance = Math.min(distance, before[column - 2]! + 1)
      current.push(distance)
      least = Math.min(least, distance)
    }
    // A swap looks two rows back, and costs what the row between has at least.
    if (least > most) return most + 1
    ;[before, last] = [last, current]
  }
  return Math.min(last[other.length]!, most + 1)
}
