import type { Condition, WordsField } from '../fields.ts'

/**
 * What a query asks for, without knowledge of the index: every clause must hold. Words are folded (words.ts) and not
 * stemmed.
 */
export type QueryTree = readonly Clause[]

/** Any of the alternatives must hold; there is at least one. */
export type Clause = readonly Alternative[]

export interface Alternative {
  match: Match
  /** The document must not match. */
  excluded: boolean
}

export type Match = TextMatch | ValueMatch

/**
 * Words of a document; `field` undefined: in any of its texts. `text` is what the query has for it, without operators,
 * for adapters on plan-query.ts.
 */
export type TextMatch = { field: WordsField | undefined; text: string; isQuoted: boolean } & (
  | { kind: 'word'; word: string }
  /** consecutive words; in quotes it can be a single one */
  | { kind: 'phrase'; words: readonly string[] }
  /** a word that begins so */
  | { kind: 'prefix'; prefix: string }
)

/** The exact value of a field. */
export interface ValueMatch {
  kind: 'value'
  condition: Condition
}

/** The words that a match names. */
export function wordsOfMatch(match: Match): readonly string[] {
  if (match.kind === 'word') return [match.word]
  if (match.kind === 'phrase') return match.words
  return []
}
