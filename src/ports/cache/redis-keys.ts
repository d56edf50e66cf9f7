/** Seconds that a document is cached. */
export const DOCUMENT_SECONDS = '300'
/** Longer than any reader takes from its row to its `fill`. */
export const FLOOR_SECONDS = '300'
/**
 * Counters are renewed whenever their document is read from its row, so only those that nobody needs end, or are
 * evicted; PostgreSQL has them too.
 */
export const COUNTER_SECONDS = String(7 * 24 * 60 * 60)

/** The keys of one document. */
export const keysOf = (id: string) => ({
  /** string: the document as JSON, as REST answers it */
  document: `document:${id}`,
  /** string: no version up to this one may be cached */
  floor: `removed:${id}`,
  /** string: a whole number */
  views: `views:${id}`,
  /** HyperLogLog of hashes of viewers */
  unique: `unique_views:${id}`,
})
