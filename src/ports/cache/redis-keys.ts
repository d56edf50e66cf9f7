/** Seconds that a document is cached. */
export const DOCUMENT_SECONDS = '300'
/** Longer than any reader takes from reading its row to `fill`. */
export const FLOOR_SECONDS = '300'
/** Longer than a change of a document takes. */
export const HOLD_SECONDS = '60'
/** Renewed whenever the document is read from its row, so only unused counters expire; PostgreSQL has them too. */
export const COUNTER_SECONDS = String(7 * 24 * 60 * 60)

/** Holds the run id of the server process since whose start no change was lost. */
export const RUN_KEY = 'cache:run_id'
/** What the keys of the limits of clients begin with. */
export const LIMIT_PREFIX = 'limit:'

/** The keys of one document. */
export const keysOf = (id: string) => ({
  /** string: the document as JSON, as REST returns it */
  document: `document:${id}`,
  /** string: versions up to this one must not be cached */
  floor: `removed:${id}`,
  /** string: how many changes of the document are under way */
  holds: `changing:${id}`,
  /** string: a whole number */
  views: `views:${id}`,
  /** HyperLogLog of hashes of viewers */
  unique: `unique_views:${id}`,
})
