import type { Language } from '../../runtime/detect-language.ts'
import type { Condition } from './fields.ts'
import type {
  Facet,
  IndexedDocument,
  SearchDocument,
  SearchHit,
  StoredDocument,
  Totals,
  ValueCount,
} from './port.ts'
import type { QueryPlan } from './query/query-plan.ts'
import type { TextPart } from '../../domain/text-part.ts'

/** A document with the parts of its text. */
export type WholeDocument = SearchDocument & { content: readonly TextPart[] }

/** Which hits are wanted. */
export interface SearchWindow {
  from: number
  size: number
  languages: readonly Language[]
}

/**
 * What differs between search servers that keep passages. Every method may throw DomainError unavailable. A condition on
 * `readers` (fields.ts) says who searches: no answer depends on documents that they may not read.
 */
export interface SearchEngine {
  /**
   * Writes documents, at most one version of each.
   * @param whole documents with their text, and tombstones
   * @param withoutContent documents whose text stays
   * @returns the ids of those without content for which the index has no text of that content; they are not written
   */
  index(whole: WholeDocument[], withoutContent: SearchDocument[]): Promise<{ needContent: string[] }>
  versions(ids: string[]): Promise<Map<string, number>>
  stored(ids: string[]): Promise<Map<string, StoredDocument>>
  forget(documents: Pick<IndexedDocument, 'id' | 'version'>[]): Promise<void>
  list(after: string | undefined, limit: number, only?: 'tombstones'): Promise<IndexedDocument[]>
  totals(): Promise<Totals>
  /** All AnalyzedDocument.languages in the index; may be some seconds old. */
  languages(): Promise<readonly Language[]>
  /**
   * For each of these words those of titles and texts that are at most maxEdits() away (query/similar-words.ts) and begin
   * with the same letter, the most frequent first. A word without any may be missing.
   * @param readers of the documents that have them: at most one condition, on `readers`
   */
  similarWords(words: readonly string[], readers: readonly Condition[]): Promise<Map<string, string[]>>
  /**
   * Documents that match all clauses and conditions, the best first, then the newest. Without positive matches every
   * score is 0. The order is the same for the same index, so that pages are consecutive.
   * @param window `size` may be 0: only the count is needed. `languages` are those that the plan was made for: highlights
   *   (query/highlight.ts) need them
   * @returns `matches` is exact up to MAX_TOTAL if it `isComplete`; otherwise there are at least as many, two more than the
   * page needs, and more than MAX_MATCHES_FOR_SIMILAR (searches.ts)
   */
  search(
    plan: QueryPlan,
    conditions: readonly Condition[],
    window: SearchWindow,
  ): Promise<{ matches: number; isComplete: boolean; hits: SearchHit[] }>
  /** Whether any document matches all clauses and conditions. */
  exists(plan: QueryPlan, conditions: readonly Condition[]): Promise<boolean>
  /**
   * Titles of the newest documents whose title has all of the words, the last one as a prefix; at most MAX_SUGGESTION_ROWS.
   */
  titles(words: readonly string[], conditions: readonly Condition[]): Promise<string[]>
  /**
   * Words of texts that begin so, the most frequent first.
   * @param conditions those on other fields than `readers` may be ignored: what is suggested is searched for before
   */
  wordsWithPrefix(prefix: string, limit: number, conditions: readonly Condition[]): Promise<string[]>
  /** @param plan undefined: all documents */
  countValues(
    facet: Facet,
    plan: QueryPlan | undefined,
    conditions: readonly Condition[],
  ): Promise<ValueCount[]>
  check(): Promise<void>
  stop(): Promise<void>
}
