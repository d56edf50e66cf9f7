/** Views and unique views in the database, written in batches. */
import type { Pool } from 'pg'
import { inTransaction, queryRows } from '../../db/query.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { ViewerHash } from './viewer-hash.ts'

export interface ViewStore {
  /** Counts a view now; it is durable within about a second. */
  count(documentId: string, viewer: string): void
  /** @throws DomainError unavailable when what was counted cannot be written */
  stats(documentId: string): Promise<{ total_views: number; unique_views: number }>
  /** Writes what is left. */
  stop(): Promise<void>
}

export interface ViewStoreOptions {
  pool: Pool
  viewerHash: ViewerHash
  log: Logger
  /** milliseconds that a view may wait to be written; default 1,000 */
  flushMs?: number
}

/** Pairs of document and viewer that are written without waiting for the time. */
const FLUSH_AT = 10_000
/** While the database is away: beyond it, new viewers are no longer counted. */
const MAX_PENDING = 500_000

type Batch = Map<string, { total: number; viewers: Set<string> }>

export function createViewStore(options: ViewStoreOptions): ViewStore {
  const { pool, log, flushMs = 1_000 } = options
  let pending: Batch = new Map()
  let pairs = 0
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined

  const add = (batch: Batch, id: string, total: number, viewers: Iterable<string>): void => {
    let entry = batch.get(id)
    if (!entry) batch.set(id, (entry = { total: 0, viewers: new Set() }))
    entry.total += total
    for (const viewer of viewers) {
      if (entry.viewers.has(viewer)) continue
      entry.viewers.add(viewer)
      pairs++
    }
  }

  const write = async (): Promise<void> => {
    const batch = pending
    pending = new Map()
    pairs = 0
    try {
      await writeBatch(pool, options.viewerHash, batch)
      if (dropped > 0) log.error({ dropped }, 'views were lost while the database was away')
      dropped = 0
    } catch (error) {
      for (const [id, { total, viewers }] of batch) add(pending, id, total, viewers)
      throw error
    }
  }

  /** Resolves when everything counted before the call is durable. */
  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    while (writing) await writing.catch(() => {})
    if (pending.size === 0) return
    writing = write().finally(() => (writing = undefined))
    await writing
  }

  const flushOrRetry = (): void => {
    flush().catch((error: unknown) => {
      log.warn({ err: error, documents: pending.size }, 'views wait for the database')
      if (timer === undefined) flushLater()
    })
  }

  const flushLater = (): void => {
    timer = setTimeout(flushOrRetry, flushMs)
    timer.unref()
  }

  return {
    count(documentId, viewer) {
      if (pairs >= MAX_PENDING && !pending.get(documentId)?.viewers.has(viewer)) {
        dropped++
        return
      }
      add(pending, documentId, 1, [viewer])
      if (pairs === FLUSH_AT && !writing) flushOrRetry()
      else if (timer === undefined) flushLater()
    },

    async stats(documentId) {
      await flush()
      const [row] = await queryRows<{ total: number; unique: number }>(
        pool,
        'SELECT total, "unique" FROM documents.views WHERE document_id = $1',
        [documentId],
      )
      return { total_views: row?.total ?? 0, unique_views: row?.unique ?? 0 }
    },

    stop: flush,
  }
}

/** Rows are locked in the order of their ids, so that batches of several processes cannot wait for each other. */
async function writeBatch(pool: Pool, viewerHash: ViewerHash, batch: Batch): Promise<void> {
  const ids = [...batch.keys()].sort()
  const totals = ids.map((id) => batch.get(id)!.total)
  const viewed = ids.flatMap((id) => {
    const hashes = [...batch.get(id)!.viewers].map((viewer) => viewerHash(id, viewer))
    return hashes.sort().map((hash) => ({ id, hash: `\\x${hash}` }))
  })
  // In a transaction of its own: of a statement that got no answer it is known that it has no effect, until the commit.
  await inTransaction(pool, (transaction) =>
    queryRows(
      transaction,
      `WITH fresh AS (
         INSERT INTO documents.viewers (document_id, viewer)
         SELECT * FROM unnest($3::uuid[], $4::bytea[])
         ON CONFLICT DO NOTHING
         RETURNING document_id
       ), fresh_counts AS (
         SELECT document_id, count(*) AS fresh FROM fresh GROUP BY document_id
       )
       INSERT INTO documents.views AS present (document_id, total, "unique")
       SELECT document_id, viewed, coalesce(fresh, 0)
         FROM unnest($1::uuid[], $2::bigint[]) AS batch (document_id, viewed)
         LEFT JOIN fresh_counts USING (document_id)
         ORDER BY document_id
       ON CONFLICT (document_id) DO UPDATE
         SET total = present.total + excluded.total, "unique" = present."unique" + excluded."unique"`,
      [ids, totals, viewed.map(({ id }) => id), viewed.map(({ hash }) => hash)],
    ),
  )
}
