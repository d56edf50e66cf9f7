import type { Reach } from '../../domain/access.ts'
import type { TextPart } from '../../domain/text-part.ts'
import type {
  DOCUMENT_FIELDS,
  DocumentRow,
  FieldsWith,
  FieldValue,
  HitField,
} from '../../domain/document-fields.ts'

/** What the index has of a document: the fields with `search` in domain/document-fields.ts, and its text. */
export interface SearchDocument extends Pick<DocumentRow, FieldsWith<{ search: string }>> {
  /**
   * The parts of the extracted text, none where the content has none. Contents rarely change while titles and statuses do, so null
   * keeps the text that the index has for this id, if it was extracted from the content with `content_sha256`.
   */
  content: readonly TextPart[] | null
  /** a tombstone: never found, kept so that a late older version cannot bring the document back */
  deleted: boolean
}

type EqualFilter = FieldsWith<{ filter: { match: 'equal' | 'caseless'; search: true } }>
type RangeFilter = FieldsWith<{ filter: { match: 'range'; search: true } }>
type QueryName<Name extends EqualFilter> = (typeof DOCUMENT_FIELDS)[Name]['filter'] extends {
  parameter: infer Parameter extends string
}
  ? Parameter
  : Name
type WithoutAt<Name extends string> = Name extends `${infer Base}_at` ? Base : Name

/**
 * The filter parameters of searches. Of several values any counts. Times are ISO 8601; `X_from` is inclusive, `X_to`
 * exclusive.
 */
export type SearchFilters = {
  [Name in EqualFilter as QueryName<Name>]?:
    NonNullable<FieldValue<Name>> | NonNullable<FieldValue<Name>>[] | undefined
} & {
  [Name in RangeFilter as `${WithoutAt<Name>}_${'from' | 'to'}`]?: string | undefined
}

export interface SearchHit extends Pick<DocumentRow, HitField> {
  score: number
  /** where the best match is, from 1; null where that is on no page */
  page: number | null
  /** fragments with `<em>` around what was found; all else is HTML-escaped */
  highlights: { title?: string[]; content?: string[] }
}

export interface SearchResult {
  /** exact up to a cap, then the cap; of phrases and exclusions of them less, but always more than the page needs */
  total: number
  /** false: there are more */
  total_is_exact: boolean
  documents: SearchHit[]
}

export interface SearchQuery {
  q: string
  filters: SearchFilters
  /** hits to skip */
  from: number
  /** maximum number of hits */
  size: number
}

export type Facet = FieldsWith<{ facet: true }>

/** What the index has, without its text. */
export type StoredDocument = Omit<SearchDocument, 'content'>

/** What the index has, without its fields. */
export interface IndexedDocument {
  id: string
  version: number
  /** a tombstone */
  deleted: boolean
}

/** What there is of documents that are not deleted. */
export interface Totals {
  documents: number
  /** the sum of their versions */
  versions: number
}

/** A value of a facet, and the number of documents that have it. */
export interface ValueCount {
  key: string
  count: number
}

/** The index lacks documents that no event will bring, because it was lost or is new. */
export interface Filling {
  /** what the index is, to follow "the search index" */
  reason: string
  /** that have been compared until now */
  documents: number
  /** All documents have been indexed once. */
  done(): Promise<void>
}

/** Searches of some of the documents. */
export interface Searches {
  /**
   * Any text is a valid query (domain/query-syntax.ts). Words are stemmed, accents folded, typing errors tolerated.
   * @throws DomainError validation-failed when it has too many words
   */
  search(query: SearchQuery): Promise<SearchResult>
  /**
   * What `prefix` can be completed to: titles that have all of its words, the last one as a prefix, and then the prefix
   * with a word of texts. Filters apply.
   */
  suggest(prefix: string, size: number, filters?: SearchFilters): Promise<string[]>
  /** How many documents have each value, the most frequent first. */
  aggregate(facet: Facet, q?: string, filters?: SearchFilters): Promise<ValueCount[]>
}

export interface SearchIndex {
  /** Undefined: the index has all that events have brought. */
  filling?: Filling
  /**
   * Resolves when the documents are durable; they can be found at once or, under load, a fraction of a second later.
   * Idempotent, never goes backwards: a newer version in the index stays, and so does the same version, unless the document
   * brings a text, or says that there is none: texts are read after their documents. Of several versions of one document only
   * the newest counts. A tombstone keeps neither title nor text.
   *
   * @returns the ids of documents that were left out, because their `content` is null and the index has no text for
   * them, or has it as still to be read while they say more: the caller indexes them again, with their text
   * @throws DomainError unavailable; then some of the documents may be indexed
   */
  index(documents: SearchDocument[]): Promise<{ needContent: string[] }>
  /** The versions that the index has of these documents, tombstones included. */
  versions(ids: string[]): Promise<Map<string, number>>
  /** What the index has of these documents, tombstones included. */
  stored(ids: string[]): Promise<Map<string, StoredDocument>>
  /**
   * Removes these documents where the index has exactly this version, so that an older one can be indexed: at once, or as
   * soon as the server has forgotten the version.
   */
  forget(documents: Pick<IndexedDocument, 'id' | 'version'>[]): Promise<void>
  /**
   * Everything that the index has, in the order of the ids.
   * @param after id of the last one of the previous page
   * @param only leaves out all but the tombstones
   */
  list(after: string | undefined, limit: number, only?: 'tombstones'): Promise<IndexedDocument[]>
  /** Of all documents without tombstones; counts each of them, so that it takes a second for a million. */
  totals(): Promise<Totals>
  /**
   * The searches of someone who may read these documents: hits, totals, suggestions, numbers of values and words that a
   * misspelled one is taken for are those of an index without the others.
   */
  within(reach: Reach): Searches
  /** @throws DomainError unavailable */
  check(): Promise<void>
  stop(): Promise<void>
}

/**
 * Finds in texts of one document what a query looks for in them, as highlights do, but all of it.
 * @returns for each text places in UTF-16 code units, in order; `end` is exclusive
 * @throws DomainError validation-failed naming `query.q`
 */
export type FindInTexts = (q: string, texts: readonly string[]) => Promise<{ start: number; end: number }[][]>
