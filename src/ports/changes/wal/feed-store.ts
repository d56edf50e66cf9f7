import { and, eq, sql } from 'drizzle-orm'
import type { Pool } from 'pg'
import { queryBuilder, run } from '../../../db/query-builder.ts'
import { changesFeeds, changesHistory } from '../../../db/schema.ts'
import { parsePosition, formatPosition } from './position.ts'

/** What is stored about a slot (table changes.feeds). */
export interface StoredFeed {
  epoch: string
  /** every consumer has finished the rows of the snapshot */
  snapshotDone: boolean
  /** the shared consumers whose positions the slot stands for */
  consumers: string[]
}

export interface FeedStore {
  load(): Promise<StoredFeed | undefined>
  /** Begins an epoch: positions of earlier ones become unknown, and the history is emptied. */
  begin(epoch: string, consumers: string[]): Promise<void>
  /** Has no effect when another epoch has begun. */
  snapshotDone(epoch: string): Promise<void>
  /** Replaces the consumers: one that is removed begins with a snapshot if it is added again. */
  keepConsumers(consumers: string[]): Promise<void>
}

export function createFeedStore(pool: Pool, slot: string): FeedStore {
  const database = queryBuilder(pool)
  const isOwn = eq(changesFeeds.slot, slot)
  return {
    async load() {
      const [feed] = await run(
        database
          .select({
            epoch: changesFeeds.epoch,
            snapshotDone: changesFeeds.snapshot_done,
            consumers: changesFeeds.consumers,
          })
          .from(changesFeeds)
          .where(isOwn),
      )
      return feed
    },
    async begin(epoch, consumers) {
      const floor = formatPosition({ epoch, commit: 0n, index: 0 })
      if (!parsePosition(floor)) throw new Error(`not an epoch: ${epoch}`)
      const values = { epoch, snapshot_done: false, history_floor: floor, consumers }
      await run(
        database
          .insert(changesFeeds)
          .values({ slot, ...values })
          .onConflictDoUpdate({
            target: changesFeeds.slot,
            set: { ...values, created_at: sql`clock_timestamp()` },
          }),
      )
      await run(database.execute(sql`truncate ${changesHistory}`))
    },
    async snapshotDone(epoch) {
      const isSameEpoch = and(isOwn, eq(changesFeeds.epoch, epoch))
      await run(database.update(changesFeeds).set({ snapshot_done: true }).where(isSameEpoch))
    },
    async keepConsumers(consumers) {
      await run(database.update(changesFeeds).set({ consumers }).where(isOwn))
    },
  }
}
