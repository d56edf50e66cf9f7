import { foldedWords } from './words.ts'

/** What a document must have: one word, or several that follow each other. */
export type QueryPart = readonly [string, ...string[]]

/** What lies beyond is not looked at. */
const MAX_QUERY_UNITS = 2_000
const MAX_QUERY_WORDS = 32

/**
 * Any text is a query: `"…"` is a phrase (a quote without an end is none), words that something other than white
 * space joins are one too (`and/or`, `ada@example.com`), and all other characters only separate words.
 */
export function parseQuery(q: string): QueryPart[] {
  const pieces = q.slice(0, MAX_QUERY_UNITS).split(/["“”„«»]/)
  const parts: QueryPart[] = []
  let left = MAX_QUERY_WORDS
  const add = (text: string): void => {
    const [first, ...others] = foldedWords(text).slice(0, left)
    if (first === undefined) return
    parts.push([first, ...others])
    left -= 1 + others.length
  }
  pieces.forEach((piece, index) => {
    const quoted = index % 2 === 1 && index < pieces.length - 1
    if (quoted) add(piece)
    else piece.split(/\s+/).forEach(add)
  })
  return distinct(parts)
}

function distinct(parts: QueryPart[]): QueryPart[] {
  return [...new Map(parts.map((part) => [part.join(' '), part])).values()]
}
