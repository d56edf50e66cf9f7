import type { WordsField } from '../fields.ts'
import type { ValueMatch } from './query-tree.ts'

/**
 * A query in terms of what an index keeps (analysis/analyze-document.ts): of a document every clause must hold, of a
 * clause any alternative. Every adapter translates it.
 */
export type QueryPlan = readonly PlanClause[]

export type PlanClause = readonly PlanAlternative[]

export interface PlanAlternative {
  match: PlanMatch | ValueMatch
  /** The document must not match. */
  excluded: boolean
}

/** `field` undefined: in any of the document's texts. */
export type PlanMatch = { field: WordsField | undefined } & (
  | {
      kind: 'word'
      /** the word as a text has it, folded */
      word: string
      /** its stems and variants; a document with one of them matches, less than one with the word itself */
      related: readonly string[]
      /** words of the index that it may be a misspelling of; documents that need one of them come last */
      similar: readonly string[]
      /** It is so frequent in its language that documents without it match too. */
      isOptional: boolean
    }
  /** consecutive words, each in its exact form, as tokensOf() gives them */
  | { kind: 'phrase'; words: readonly string[] }
  /** folded beginning of a word */
  | { kind: 'prefix'; prefix: string }
)
