import { type Token, tokensOf } from './tokens.ts'

/** A part of a document's text that is short enough to read, rank and show as one. */
export interface Passage {
  /** from 1; undefined for text that is on no page */
  page: number | undefined
  text: string
  tokens: Token[]
  /** the first words of the next passage, so that a phrase across the border is found in this one */
  following: string[]
}

/** Words of a passage. It ends at the end of a paragraph, once it has MIN_WORDS, unless it can have all the rest too. */
const MIN_WORDS = 250
const MAX_WORDS = 400
/** A longer phrase is looked for as several phrases of this many words that overlap by all but one. */
export const MAX_PHRASE_WORDS = 32

const PARAGRAPH_END = /\n\s*\n/g

/** Splits a text into passages. A passage never spans pages. */
export function passagesOf(parts: readonly { page?: number; text: string }[]): Passage[] {
  const passages = parts.flatMap(({ page, text }) => splitPart(page, text))
  for (const [number, passage] of passages.entries())
    for (let next = number + 1; passage.following.length < MAX_PHRASE_WORDS - 1; next++) {
      const { tokens } = passages[next] ?? {}
      if (tokens === undefined) break
      const lacking = MAX_PHRASE_WORDS - 1 - passage.following.length
      passage.following.push(...tokens.slice(0, lacking).map(({ word }) => word))
    }
  return passages
}

function splitPart(page: number | undefined, text: string): Passage[] {
  const passages: Passage[] = []
  const borders = paragraphEnds(text)
  let tokens: Token[] = []
  let start = 0
  function end(at: number): void {
    for (const token of tokens) {
      token.start -= start
      token.end -= start
    }
    if (tokens.length > 0) passages.push({ page, text: text.slice(start, at), tokens, following: [] })
    tokens = []
    start = at
  }
  const all = tokensOf(text)
  for (const [number, token] of all.entries()) {
    const isRestShort = tokens.length + all.length - number <= MAX_WORDS
    while (borders.length > 0 && borders.at(-1)! <= token.start) {
      const border = borders.pop()!
      if (tokens.length >= MIN_WORDS && !isRestShort) end(border)
    }
    if (tokens.length === MAX_WORDS) end(token.start)
    tokens.push(token)
  }
  end(text.length)
  return passages
}

/** The last one first. */
const paragraphEnds = (text: string): number[] =>
  Array.from(text.matchAll(PARAGRAPH_END), ({ 0: blank, index }) => index + blank.length).reverse()
