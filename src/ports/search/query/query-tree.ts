import type { Condition, WordsField } from '../fields.ts'

/** What a query asks for, without knowledge of the index: every clause must hold. */
export type QueryTree = readonly Clause[]

/** Any of the alternatives must hold; there is at least one. */
export type Clause = readonly Alternative[]

export interface Alternative {
  match: Match
  /** The document must not match. */
  excluded: boolean
}

export type Match = TextMatch | ValueMatch

/** Words of a document. */
export interface TextMatch {
  kind: 'text'
  /** undefined: in any of its texts */
  field: WordsField | undefined
  /** what the query has for it, without operators; it has at least one word (analysis/tokens.ts) */
  text: string
  isQuoted: boolean
  /** its only word is the beginning of one */
  isPrefix: boolean
}

/** The exact value of a field. */
export interface ValueMatch {
  kind: 'value'
  condition: Condition
}
