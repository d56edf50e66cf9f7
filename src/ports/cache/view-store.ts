/** Views and unique views in the database, written in batches. */
import { eq } from 'drizzle-orm'
import type { Pool } from 'pg'
import { inTransaction, queryRows } from '../../db/query.ts'
import { queryBuilder, run } from '../../db/query-builder.ts'
import { documentViews } from '../../db/schema.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { ViewerHash } from './viewer-hash.ts'

export interface ViewStore {
  /** Counts a view; it is durable within about a second. */
  count(documentId: string, viewer: string): void
  /** Includes every view counted before. @throws DomainError unavailable when they cannot be written */
  stats(documentId: string): Promise<{ total_views: number; unique_views: number }>
  /** Writes the remaining views. */
  stop(): Promise<void>
}

export interface ViewStoreOptions {
  pool: Pool
  viewerHash: ViewerHash
  log: Logger
  /** milliseconds that a view may wait to be written; default 1,000 */
  flushMs?: number
}

/** With this many pairs of document and viewer, a batch is written at once. */
const FLUSH_AT = 10_000
/** Maximum number of pairs while the database is unavailable; beyond it, views of new viewers are lost. */
const MAX_PENDING = 500_000

type Batch = Map<string, { total: number; viewers: Set<string> }>

/** @returns how many pairs of document and viewer are new in the batch */
function addViews(batch: Batch, id: string, total: number, viewers: Iterable<string>): number {
  let entry = batch.get(id)
  if (!entry) batch.set(id, (entry = { total: 0, viewers: new Set() }))
  const before = entry.viewers.size
  entry.total += total
  for (const viewer of viewers) entry.viewers.add(viewer)
  return entry.viewers.size - before
}

export function createViewStore(options: ViewStoreOptions): ViewStore {
  const { pool, log, flushMs = 1_000 } = options
  let pending: Batch = new Map()
  let pairs = 0
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined

  const write = async (): Promise<void> => {
    const batch = pending
    pending = new Map()
    pairs = 0
    try {
      await writeBatch(pool, options.viewerHash, batch)
      if (dropped > 0) log.error({ dropped }, 'views were lost while the database was unavailable')
      dropped = 0
    } catch (error) {
      for (const [id, { total, viewers }] of batch) pairs += addViews(pending, id, total, viewers)
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
      log.warn({ err: error, documents: pending.size }, 'could not write views; retrying')
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
      pairs += addViews(pending, documentId, 1, [viewer])
      if (pairs === FLUSH_AT && !writing) flushOrRetry()
      else if (timer === undefined) flushLater()
    },

    async stats(documentId) {
      await flush()
      const ofDocument = eq(documentViews.document_id, documentId)
      const [row] = await run(queryBuilder(pool).select().from(documentViews).where(ofDocument))
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
  // In an explicit transaction: a statement whose answer is lost then has no effect before the commit, and the batch can be
  // written again.
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
