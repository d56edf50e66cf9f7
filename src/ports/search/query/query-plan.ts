import type { WordsField } from '../fields.ts'
import type { ValueMatch } from './query-tree.ts'

/**
 * A query in terms of what an index keeps (analysis/analyze-document.ts): of a document every clause must hold, of a
 * clause any alternative. Every adapter translates it.
 */
export type QueryPlan = readonly PlanClause[]

/** It is never empty. */
export type PlanClause = readonly PlanAlternative[]

export interface PlanAlternative {
  match: PlanMatch | ValueMatch
  /** The document must not match. */
  excluded: boolean
}

/** `field` undefined: in any of the document's texts. */
export type PlanMatch = { field: WordsField | undefined } & (WordMatch | PhraseMatch | PrefixMatch)

/** One of the keys of a document: AnalyzedDocument.titleKeys or textKeys. */
export interface WordMatch {
  kind: 'word'
  /** the word as a text has it, folded */
  word: string
  /** its stems, variants and compounds; a document with one of them matches, less than one with the word itself */
  related: readonly string[]
  /** words of the index that it may be a misspelling of; documents that need one of them come last */
  similar: readonly string[]
  /**
   * It is so frequent in its language that documents without it match too; they come after those with it. Only in a clause
   * with one alternative, and never of all clauses of a plan that have words.
   */
  isOptional: boolean
}

/**
 * Consecutive words of AnalyzedDocument.titleWords or of one AnalyzedPassage.words, each in its exact form. There are at
 * most MAX_PHRASE_WORDS (analysis/passages.ts).
 */
export interface PhraseMatch {
  kind: 'phrase'
  words: readonly string[]
  /**
   * The last one is the beginning of a word: a character of a script without spaces, which a text has alone or with the
   * character after it.
   */
  endsInPrefix: boolean
}

/** A word of AnalyzedDocument.titleWords or of an AnalyzedPassage.words that begins so, folded. */
export interface PrefixMatch {
  kind: 'prefix'
  prefix: string
  /** all words of the index that begin so, where the adapter has looked them up */
  words?: readonly string[] | undefined
}
