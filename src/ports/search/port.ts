import type { DocumentStatus } from '../../domain/document.ts'

/** What the index keeps of a document. */
export interface SearchDocument {
  id: string
  title: string
  /** extracted text; empty where the content has none */
  content: string
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

export interface SearchHit extends Omit<SearchDocument, 'content' | 'deleted'> {
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
  /** Idempotent, never goes backwards: what is already there with this version or a newer one is left as it is. */
  index(documents: SearchDocument[]): Promise<void>
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
