import type { Stems } from './stems.ts'
import { pairKey, titleKey } from './terms.ts'

/** The folded words of what can be found of a document. */
export interface DocumentWords {
  title: string[]
  createdBy: string[]
  content: string[]
}

/** PostgreSQL's limits of a tsvector (its documentation, 12.11), the bytes with some room left. */
const LAST_POSITION = 16_383
const MAX_BYTES = 1_000_000
const MAX_POSITIONS_OF_A_KEY = 255
/** Keeps a phrase from reaching out of a field into the next one. */
const GAP = 50
/** Pairs begin this many words before positions end, so that a phrase is found by the ones or the others. */
const OVERLAP = 50

/**
 * The tsvector of a document, as text: stems of the title with weight A, of the content B, of created_by C, each with
 * its positions; the title's words as they are written, without; and, of the part of a long content where positions
 * end, pairs of stems that follow each other, so that phrases are found there too. What does not fit is left out.
 */
export function vectorOf(words: DocumentWords, stems: Stems): string {
  const vector = createVector()
  let position = 0
  const addField = (field: string[], weight: 'A' | 'B' | 'C'): void => {
    let before = ''
    for (const word of field) {
      const stem = stems.get(word) ?? ''
      position++
      if (stem === '') continue
      if (position <= LAST_POSITION) vector.add(stem, `${position}${weight}`)
      else vector.add(stem)
      if (position > LAST_POSITION - OVERLAP && before !== '') vector.add(pairKey(before, stem))
      before = stem
    }
    position += GAP
  }
  addField(words.title, 'A')
  addField(words.createdBy, 'C')
  for (const word of words.title) vector.add(titleKey(word))
  addField(words.content, 'B')
  return vector.text()
}

function createVector() {
  const entries = new Map<string, string[]>()
  let bytes = 0
  return {
    /** Without a place only the key is kept, which has no weight and is in no phrase. */
    add(key: string, place?: string): void {
      let places = entries.get(key)
      if (places === undefined) {
        // At most three bytes a UTF-16 code unit, and the entry's own padding and count.
        const size = 3 * key.length + 4
        if (bytes + size > MAX_BYTES) return
        bytes += size
        entries.set(key, (places = []))
      }
      if (place === undefined || places.length >= MAX_POSITIONS_OF_A_KEY || bytes + 2 > MAX_BYTES) return
      bytes += 2
      places.push(place)
    },
    text(): string {
      const parts: string[] = []
      for (const [key, places] of entries) {
        parts.push(places.length === 0 ? `'${key}'` : `'${key}':${places.join(',')}`)
      }
      return parts.join(' ')
    },
  }
}
