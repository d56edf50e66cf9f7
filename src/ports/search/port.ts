import type { DocumentStatus } from '../../domain/document.ts'

/** What the index keeps of a document. */
export interface SearchDocument {
  id: string
  title: string
  /**
   * Extracted text, empty where the content has none. Contents hardly ever change while titles and statuses do, so
   * null means: the text that the index holds for this id, if it was made of the content with this hash.
   */
  content: string | null
  /** of the content that the text is from; null where it is not known, and then a text is never held */
  content_sha256: string | null
  status: DocumentStatus
  created_by: string
  content_type: string
  content_size: number
  created_at: string
  updated_at: string
  /** external version: an older one never replaces a newer one */
  version: number
  /** a tombstone: kept so that a late older version cannot bring it back, and never found */
  deleted: boolean
}

export interface SearchFilters {
  status?: DocumentStatus
  created_by?: string
  content_type?: string
  /** ISO 8601, inclusive */
  created_from?: string
  /** ISO 8601, exclusive */
  created_to?: string
}

export interface SearchHit extends Omit<SearchDocument, 'content' | 'content_sha256' | 'deleted'> {
  score: number
  /** fragments with `<em>` around what was found; all else is HTML-escaped */
  highlights: { title?: string[]; content?: string[] }
}

export interface SearchResult {
  /** exact up to a cap, then the cap */
  total: number
  total_is_exact: boolean
  documents: SearchHit[]
}

export const FACETS = ['status', 'content_type', 'created_by'] as const
export type Facet = (typeof FACETS)[number]

export interface SearchIndex {
  /**
   * Resolves when what was given is durable; it is found at once or, where much is written, a fraction of a second
   * later.
   * Idempotent, never goes backwards: what is already there with this version or a newer one is left as it is. Of
   * several versions of one document only the newest counts. A tombstone keeps neither title nor text.
   *
   * @returns the ids of documents that were left out, because their `content` is null and no text is held for them:
   * the caller indexes them again, with their text
   * @throws DomainError unavailable; then some of the documents may be indexed
   */
  index(documents: SearchDocument[]): Promise<{ needContent: string[] }>
  /** The versions that the index holds of these documents, tombstones included. */
  versions(ids: string[]): Promise<Map<string, number>>
  /** Any text is a valid query. Words are stemmed, accents folded, typing errors forgiven; "…" is a phrase. */
  search(query: { q: string; filters: SearchFilters; from: number; size: number }): Promise<SearchResult>
  /** Titles with a word that starts like the last word of `prefix`. */
  suggest(prefix: string, size: number): Promise<string[]>
  /** How many documents have each value, the most frequent first. */
  aggregate(field: Facet, q?: string, filters?: SearchFilters): Promise<{ key: string; count: number }[]>
  /** @throws DomainError unavailable */
  check(): Promise<void>
  stop(): Promise<void>
}
