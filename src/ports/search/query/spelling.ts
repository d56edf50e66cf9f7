import type { Stems } from './stems.ts'

/**
 * Which words of a query may be misspelled. `exact`: none; `unknown-words`: those that no document has ever had;
 * `all`: every word.
 */
export type Fuzziness = 'exact' | 'unknown-words' | 'all'

/**
 * Stems of the correctly spelled words that each of the given words may stand for, the most similar first. A word
 * without suggestions may be missing.
 */
export type SuggestTerms = (
  words: string[],
  stems: Stems,
  fuzziness: Exclude<Fuzziness, 'exact'>,
) => Promise<ReadonlyMap<string, string[]>>

/** Only words of letters can be misspelled. */
export const SPELLABLE = /^\p{L}{3,32}$/u
/** Words of a query that are taken for misspelled. */
export const MAX_MISSPELLED = 8
/** suggestions for a word */
export const MAX_SUGGESTIONS = 8
/** One edit is tolerated up to this length and two beyond, as with Elasticsearch's fuzziness AUTO ("Common options"). */
export const MAX_ONE_EDIT_CHARS = 5
