import type { Language } from './analysis/languages.ts'
import type { Condition } from './fields.ts'
import type { Facet, IndexedDocument, SearchDocument, SearchHit, StoredDocument, ValueCount } from './port.ts'
import type { QueryPlan } from './query/query-plan.ts'
import type { TextPart } from '../../domain/text-part.ts'

/** A document with the parts of its text. */
export type WholeDocument = SearchDocument & { content: readonly TextPart[] }

/** A hit before highlighting. */
export interface EngineHit extends Omit<SearchHit, 'highlights' | 'page'> {
  /** the passage that matches best; undefined where only the title matches */
  passage: { text: string; page: number | undefined } | undefined
}

/**
 * What differs between search servers that keep passages. Every method may throw DomainError unavailable.
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
  /** The languages of the texts in the index; may be some seconds old. */
  languages(): Promise<readonly Language[]>
  /** For each of these words those of the index that are one or two edits away, the most frequent first. */
  similarWords(words: readonly string[]): Promise<Map<string, string[]>>
  /**
   * Documents that match all clauses and conditions, the best first, then the newest. Without positive matches every
   * score is 0.
   * @returns `matches` is exact up to MAX_TOTAL; MAX_TOTAL + 1 means that there are more
   */
  search(
    plan: QueryPlan,
    conditions: readonly Condition[],
    from: number,
    size: number,
  ): Promise<{ matches: number; hits: EngineHit[] }>
  /** Titles of the newest documents whose title has all of the words, the last one as a prefix. */
  titles(words: readonly string[], conditions: readonly Condition[]): Promise<string[]>
  /** Words of texts that begin so, the most frequent first. */
  wordsWithPrefix(prefix: string, limit: number): Promise<string[]>
  /** @param plan undefined: all documents */
  countValues(
    facet: Facet,
    plan: QueryPlan | undefined,
    conditions: readonly Condition[],
  ): Promise<ValueCount[]>
  check(): Promise<void>
  stop(): Promise<void>
}
