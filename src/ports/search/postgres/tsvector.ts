import type { Stems } from '../query/stems.ts'

/** The key of a title's word as it is written, for suggestions, prefixes and stop words. */
export const titleKey = (word: string): string => `=${word}`

/** The key of a word as it is written, if that is not its stem, for prefixes. */
export const writtenKey = (word: string): string => `~${word}`

/** The key of two consecutive stems, where the index has no positions. */
export const pairKey = (first: string, second: string): string => `${first} ${second}`

/** The folded words of one field of a document. */
export interface FieldWords {
  words: string[]
  /** class of a tsvector's weights (PostgreSQL's documentation, 12.3.3) */
  weight: 'A' | 'B' | 'C'
  /** the words are also kept as they are written */
  isTitle: boolean
}

/** PostgreSQL's limits of a tsvector (its documentation, 12.11); of the bytes a little less. */
const LAST_POSITION = 16_383
const MAX_BYTES = 1_000_000
const MAX_POSITIONS_OF_A_KEY = 255
/** Positions between two fields, so that no phrase matches across them. */
const GAP = 50
/** Pairs begin this many words before positions end, so that a phrase is found by one or the other. */
const OVERLAP = 50

/**
 * The text of a document's tsvector: the stems of its fields with weights and positions; without positions the words of
 * the title as they are written, and those of all fields where they differ from their stems; and pairs of consecutive stems for the part of a long content that is beyond the last
 * position, so that phrases are found there too. Whatever exceeds the limits is left out.
 */
export function vectorOf(fields: readonly FieldWords[], stems: Stems): string {
  const vector = createVector()
  let position = 0
  for (const { words, weight, isTitle } of fields) {
    let before = ''
    for (const word of words) {
      const stem = stems.get(word) ?? ''
      position++
      if (stem === '') continue
      if (position <= LAST_POSITION) vector.add(stem, `${position}${weight}`)
      else vector.add(stem)
      if (position > LAST_POSITION - OVERLAP && before !== '') vector.add(pairKey(before, stem))
      before = stem
    }
    position += GAP
    if (isTitle) for (const word of words) vector.add(titleKey(word))
  }
  // Last, so that in a text beyond the limits no stem is left out for them.
  for (const { words } of fields)
    for (const word of words) if (stems.get(word) !== word) vector.add(writtenKey(word))
  return vector.text()
}

function createVector() {
  const entries = new Map<string, string[]>()
  let bytes = 0
  return {
    /** Without a position a key has no weight and is in no phrase. */
    add(key: string, position?: string): void {
      let positions = entries.get(key)
      if (positions === undefined) {
        // At most three bytes per UTF-16 code unit, and the entry's own padding and count.
        const size = 3 * key.length + 4
        if (bytes + size > MAX_BYTES) return
        bytes += size
        entries.set(key, (positions = []))
      }
      if (position === undefined || positions.length >= MAX_POSITIONS_OF_A_KEY || bytes + 2 > MAX_BYTES)
        return
      bytes += 2
      positions.push(position)
    },
    text(): string {
      const parts: string[] = []
      for (const [key, positions] of entries) {
        parts.push(positions.length === 0 ? `'${key}'` : `'${key}':${positions.join(',')}`)
      }
      return parts.join(' ')
    },
  }
}
