import { foldedWords } from './words.ts'

/** What a document must have: one word, or several consecutive ones. */
export type QueryPart = readonly [string, ...string[]]

/** UTF-16 code units; the rest is ignored. */
const MAX_QUERY_UNITS = 2_000
const MAX_QUERY_WORDS = 32

/**
 * Any text is a query. `"…"` is a phrase, if the quote is closed; so are words joined by anything but white space
 * (`and/or`, `ada@example.com`). All other characters separate words.
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
