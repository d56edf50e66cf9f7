/** The metrics of ports, which are read when they are asked for. Roles define their own. */
import { statfs } from 'node:fs/promises'
import type { Pool } from 'pg'
import { queryRows } from '../db/query.ts'
import type { ChangeFeed } from '../ports/changes/port.ts'
import type { Metrics } from '../runtime/metrics.ts'
import { within } from '../runtime/within.ts'

type Gauge = ReturnType<Metrics['gauge']>

/** How far behind the feed is. A driver knows its lag in bytes or in events. */
export function reportFeed(metrics: Metrics, feed: ChangeFeed): void {
  metrics.gauge(
    'docmgr_changes_lag_bytes',
    'Bytes of the log that a consumer has not processed',
    [],
    async (gauge) => setIfKnown(gauge, (await feed.refreshStatus()).lagBytes),
  )
  metrics.gauge('docmgr_changes_lag_events', 'Events that this process has not processed', [], (gauge) =>
    setIfKnown(gauge, feed.status().lagEvents),
  )
  metrics.gauge(
    'docmgr_changes_dead_letters',
    'Events that a consumer could not process, of all processes',
    [],
    async (gauge) => gauge.set((await feed.refreshStatus()).deadLetters),
  )
  metrics.gauge('docmgr_changes_streaming', '1 while the change feed is read, else 0', [], (gauge) => {
    const { state } = feed.status()
    gauge.set(state === 'streaming' || state === 'snapshot' ? 1 : 0)
  })
  metrics.gauge('docmgr_changes_pending_events', 'Events read but not yet done', ['consumer'], (gauge) => {
    for (const [consumer, events] of Object.entries(feed.status().pending)) gauge.set({ consumer }, events)
  })
}

export function reportPool(metrics: Metrics, pool: Pool): void {
  metrics.gauge('docmgr_database_connections', 'Connections of the pool', ['state'], (gauge) => {
    gauge.set({ state: 'idle' }, pool.idleCount)
    gauge.set({ state: 'used' }, pool.totalCount - pool.idleCount)
  })
  metrics.gauge('docmgr_database_connections_max', 'Maximum number of connections of the pool', [], (gauge) =>
    gauge.set(pool.options.max),
  )
  metrics.gauge('docmgr_database_waiting', 'Statements that wait for a connection', [], (gauge) =>
    gauge.set(pool.waitingCount),
  )
}

/** @param folder an existing folder on the file system of the data */
export function reportDisk(metrics: Metrics, folder: string): void {
  const statistics = sampled(1_000, () => statfs(folder))
  metrics.gauge('docmgr_disk_free_bytes', 'Free space for the data folder', [], async (gauge) => {
    const found = await statistics()
    setIfKnown(gauge, found && found.bavail * found.bsize)
  })
  metrics.gauge('docmgr_disk_size_bytes', 'Size of the file system of the data folder', [], async (gauge) => {
    const found = await statistics()
    setIfKnown(gauge, found && found.blocks * found.bsize)
  })
}

/** Of a search index in a file. @param bytes undefined where there is none */
export function reportIndexSize(metrics: Metrics, bytes: () => Promise<number | undefined>): void {
  const help = 'Size of the search index in the data folder'
  const size = sampled(1_000, bytes)
  metrics.gauge('docmgr_search_index_size_bytes', help, [], async (gauge) => setIfKnown(gauge, await size()))
}

/** What takes the space in an embedded database. */
export function reportDatabaseSize(metrics: Metrics, pool: Pool): void {
  const sizes = sampled(60_000, async () => {
    const [row] = await queryRows<{ tables: number; log: number }>(
      pool,
      `SELECT pg_database_size(current_database()) AS tables,
              (SELECT sum(size)::bigint FROM pg_ls_waldir()) AS log`,
    )
    return row
  })
  metrics.gauge(
    'docmgr_database_size_bytes',
    'Size of the embedded database, at most a minute ago',
    ['part'],
    async (gauge) => {
      const found = await sizes()
      gauge.reset()
      for (const [part, bytes] of Object.entries(found ?? {})) gauge.set({ part }, bytes)
    },
  )
}

/** Above this, PostgreSQL's own estimate is taken, so that counting stays cheap. */
const MAX_COUNTED = 100_000

export function reportDocuments(metrics: Metrics, pool: Pool): void {
  const count = sampled(60_000, async () => {
    const [row] = await queryRows<{ count: number }>(
      pool,
      `SELECT CASE WHEN reltuples < ${MAX_COUNTED} THEN (SELECT count(*) FROM documents.documents)
                   ELSE reltuples::bigint END AS count
         FROM pg_class WHERE oid = 'documents.documents'::regclass`,
    )
    return row?.count
  })
  const help = `Documents, with deleted ones, at most a minute ago; above ${MAX_COUNTED} an estimate`
  metrics.gauge('docmgr_documents', help, [], async (gauge) => setIfKnown(gauge, await count()))
}

const SAMPLE_TIMEOUT_MS = 2_000

/** Reads a value at most once in `ttlMs`; undefined when it cannot be read in time. */
function sampled<T>(ttlMs: number, read: () => Promise<T>): () => Promise<T | undefined> {
  let last: { at: number; value: Promise<T | undefined> } | undefined
  return () => {
    const now = performance.now()
    if (!last || now - last.at >= ttlMs) {
      // A failed read is repeated at the next scrape.
      const value = within(SAMPLE_TIMEOUT_MS, read()).catch(() => ((last = undefined), undefined))
      last = { at: now, value }
    }
    return last.value
  }
}

/** Without a value the metric is not published. */
function setIfKnown(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove()
  else gauge.set(value)
}
