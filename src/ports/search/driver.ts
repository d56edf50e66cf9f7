import type { Condition } from './fields.ts'
import type { Facet, IndexedDocument, SearchDocument, SearchHit, StoredDocument, ValueCount } from './port.ts'
import type { Fuzziness, SuggestTerms } from './query/spelling.ts'
import type { Stemmer } from './query/stems.ts'
import type { TermClause } from './query/terms.ts'

/** A document with its text as one; null keeps the text that the index has. */
export type DriverDocument = Omit<SearchDocument, 'content'> & { content: string | null }
/** A document with its text. */
export type WholeDocument = DriverDocument & { content: string }

/** A hit before highlighting, with the beginning of its text. */
export interface Row extends Omit<SearchHit, 'highlights' | 'page'> {
  /** the first CONTENT_START characters */
  content: string
  /** the text is longer than `content` */
  isCut: boolean
}

export interface Page {
  /** exact up to MAX_TOTAL; MAX_TOTAL + 1 means that there are more */
  matches: number
  rows: Row[]
}

/**
 * What differs between search servers that keep a document as one vector of stems; engine.ts is that of passages, and the
 * design that stays. `search.ts` makes the port's SearchIndex of it: it parses queries, limits sizes
 * and highlights. Every method may throw DomainError unavailable.
 */
export interface SearchDriver {
  /** The levels that queries are tried with, one after the other until something is found. */
  readonly fuzziness: readonly Fuzziness[]
  /** The stems that the index itself makes of words. */
  readonly stemsOf: Stemmer
  readonly suggestTerms: SuggestTerms

  /**
   * Writes documents, at most one version of each, truncated to the limits.
   * @param whole documents with their text, and tombstones
   * @param withoutContent documents whose text stays
   * @returns the ids of those without content for which the index has no text of that content; they are not written
   */
  index(whole: WholeDocument[], withoutContent: DriverDocument[]): Promise<{ needContent: string[] }>
  versions(ids: string[]): Promise<Map<string, number>>
  stored(ids: string[]): Promise<Map<string, StoredDocument>>
  forget(documents: Pick<IndexedDocument, 'id' | 'version'>[]): Promise<void>
  list(after: string | undefined, limit: number, only?: 'tombstones'): Promise<IndexedDocument[]>
  /** Documents that match all clauses, the best first, then the newest. Without positive terms every score is 0. */
  search(clauses: TermClause[], conditions: Condition[], from: number, size: number): Promise<Page>
  /** Whole texts by id. */
  contents(ids: string[]): Promise<Map<string, string>>
  /** Titles of the newest documents whose title has all of the words, the last one as a prefix. */
  titles(words: string[]): Promise<string[]>
  /** @param clauses undefined: all documents */
  countValues(facet: Facet, clauses: TermClause[] | undefined, conditions: Condition[]): Promise<ValueCount[]>
  check(): Promise<void>
  stop(): Promise<void>
}
