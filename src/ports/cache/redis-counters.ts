import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { RedisConnection } from './redis-connection.ts'
import { COUNTER_SECONDS, keysOf } from './redis-keys.ts'
import { evaluate, RAISE } from './redis-scripts.ts'
import type { ViewStore } from './view-store.ts'

/** The counters in Redis. The database has the same views up to a second later, and the counters can be made from it. */
export interface RedisCounters {
  /** Raises the counters in Redis to those of the database; they never decrease. */
  rebuild(id: string): Promise<void>
  stats(id: string): Promise<{ total_views: number; unique_views: number }>
  /** The database has views of this document that Redis may not have. */
  missed(id: string): void
  /** Rebuilds the counters of documents with missed views, in the background. */
  catchUp(): void
}

/** Viewers of one document that are read and sent at a time. */
const CHUNK = 1_000
/** Maximum number of documents whose counters are rebuilt after a reconnect; those of others when their stats are read. */
const MAX_MISSED = 10_000

export function createRedisCounters(options: {
  connection: RedisConnection
  pool: Pool
  views: ViewStore
  log: Logger
}): RedisCounters {
  const { connection, pool, views, log } = options
  const rebuilding = new Map<string, Promise<void>>()

  const raise = async (id: string, total: number, viewers: readonly string[] = []): Promise<void> => {
    const keys = keysOf(id)
    const values = [String(total), COUNTER_SECONDS, ...viewers]
    await evaluate(connection.send, RAISE, [keys.views, keys.unique], values)
  }

  const rebuild = async (id: string): Promise<void> => {
    const { total_views } = await views.stats(id)
    let viewers: string[] = []
    do {
      viewers = await viewersAfter(pool, id, viewers.at(-1) ?? '')
      await raise(id, total_views, viewers)
    } while (viewers.length === CHUNK)
  }

  const counted = async (id: string): Promise<number[]> => {
    const { views: total, unique } = keysOf(id)
    if (!connection.isUp) return []
    const { send } = connection
    const replies = await Promise.all([send('GET', total), send('PFCOUNT', unique)]).catch(() => [])
    return replies.map(Number)
  }

  return {
    rebuild(id) {
      let work = rebuilding.get(id)
      if (!work) rebuilding.set(id, (work = rebuild(id).finally(() => rebuilding.delete(id))))
      return work
    },

    async stats(id) {
      const [[total, estimate], durable] = await Promise.all([counted(id), views.stats(id)])
      // Without counters in Redis the next read rebuilds them.
      if (!total || estimate === undefined || total === durable.total_views) return durable
      if (total < durable.total_views) {
        await raise(id, durable.total_views).catch(() => {})
        return durable
      }
      return { total_views: total, unique_views: Math.max(durable.unique_views, estimate) }
    },

    ...createCatchUp(connection, rebuild, log),
  }
}

function createCatchUp(
  connection: RedisConnection,
  rebuild: (id: string) => Promise<void>,
  log: Logger,
): Pick<RedisCounters, 'missed' | 'catchUp'> {
  const missed = new Set<string>()
  let isRunning = false

  const rebuildMissed = async (): Promise<void> => {
    for (const id of missed) {
      if (!connection.isUp) return
      missed.delete(id)
      try {
        await rebuild(id)
      } catch (error) {
        missed.add(id)
        throw error
      }
    }
  }

  return {
    missed(id) {
      if (missed.size < MAX_MISSED) missed.add(id)
    },
    catchUp() {
      if (isRunning) return
      isRunning = true
      rebuildMissed()
        .catch((error: unknown) => log.warn({ err: error }, 'could not update all view counters in Redis'))
        .finally(() => (isRunning = false))
    },
  }
}

/** Hashes of the document's viewers in hexadecimal, a page of them in ascending order. */
async function viewersAfter(pool: Pool, id: string, last: string): Promise<string[]> {
  const rows = await queryRows<{ viewer: string }>(
    pool,
    `SELECT encode(viewer, 'hex') AS viewer FROM documents.viewers
     WHERE document_id = $1 AND viewer > decode($2, 'hex') ORDER BY viewers.viewer LIMIT ${CHUNK}`,
    [id, last],
  )
  return rows.map(({ viewer }) => viewer)
}
