import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import type { Logger } from '../../runtime/logger.ts'
import { COUNTER_SECONDS, keysOf } from './redis-keys.ts'
import type { RedisLink } from './redis-link.ts'
import { evaluate, RAISE } from './redis-scripts.ts'
import type { ViewStore } from './view-store.ts'

/** The counters in Redis beside those in the database, which has each view up to a second later. */
export interface RedisCounters {
  /** Gives Redis the counters that the database has; nothing there goes back. */
  rebuild(id: string): Promise<void>
  stats(id: string): Promise<{ total_views: number; unique_views: number }>
  /** The database has views of this document that Redis was perhaps not told of. */
  missed(id: string): void
  /** Makes up for what was missed, in the background. */
  catchUp(): void
}

/** Viewers of one document that are read and sent at a time. */
const CHUNK = 1_000
/** Documents whose counters are made up for after Redis was away; others are when someone asks for their stats. */
const MAX_MISSED = 10_000

export function createRedisCounters(options: {
  link: RedisLink
  pool: Pool
  views: ViewStore
  log: Logger
}): RedisCounters {
  const { link, pool, views, log } = options
  const rebuilding = new Map<string, Promise<void>>()
  const missed = new Set<string>()
  let catchingUp = false

  const raise = async (id: string, total: number, viewers: readonly string[] = []): Promise<void> => {
    const keys = keysOf(id)
    await evaluate(link.send, RAISE, [keys.views, keys.unique], [String(total), COUNTER_SECONDS, ...viewers])
  }

  const viewersAfter = async (id: string, last: string): Promise<string[]> => {
    const rows = await queryRows<{ viewer: string }>(
      pool,
      `SELECT encode(viewer, 'hex') AS viewer FROM documents.viewers
       WHERE document_id = $1 AND viewer > decode($2, 'hex') ORDER BY viewers.viewer LIMIT ${CHUNK}`,
      [id, last],
    )
    return rows.map(({ viewer }) => viewer)
  }

  const rebuild = async (id: string): Promise<void> => {
    const { total_views } = await views.stats(id)
    let viewers = await viewersAfter(id, '')
    await raise(id, total_views, viewers)
    while (viewers.length === CHUNK) {
      viewers = await viewersAfter(id, viewers.at(-1)!)
      await raise(id, total_views, viewers)
    }
  }

  const catchUp = async (): Promise<void> => {
    for (const id of missed) {
      if (!link.up) return
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
    rebuild(id) {
      let work = rebuilding.get(id)
      if (!work) {
        work = rebuild(id).finally(() => rebuilding.delete(id))
        rebuilding.set(id, work)
      }
      return work
    },

    async stats(id) {
      const { views: viewsKey, unique } = keysOf(id)
      const leading = link.up
        ? Promise.all([link.send('GET', viewsKey), link.send('PFCOUNT', unique)]).catch(() => undefined)
        : undefined
      const durable = await views.stats(id)
      const [total, estimate] = ((await leading) ?? []).map(Number)
      // Redis has none: then the next read rebuilds them.
      if (!total || estimate === undefined || total === durable.total_views) return durable
      if (total < durable.total_views) {
        await raise(id, durable.total_views).catch(() => {})
        return durable
      }
      return { total_views: total, unique_views: Math.max(durable.unique_views, estimate) }
    },

    missed(id) {
      if (missed.size < MAX_MISSED) missed.add(id)
    },

    catchUp() {
      if (catchingUp) return
      catchingUp = true
      catchUp()
        .catch((error: unknown) => log.warn({ err: error }, 'counters in Redis are behind for now'))
        .finally(() => (catchingUp = false))
    },
  }
}
