import type { Pool } from 'pg'
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
  return {
    async load() {
      const { rows } = await pool.query(
        'select epoch, snapshot_done, consumers from changes.feeds where slot = $1',
        [slot],
      )
      const row = rows[0]
      return row && { epoch: row.epoch, snapshotDone: row.snapshot_done, consumers: row.consumers }
    },
    async begin(epoch, consumers) {
      const floor = formatPosition({ epoch, commit: 0n, index: 0 })
      if (!parsePosition(floor)) throw new Error(`${epoch} is not an epoch`)
      await pool.query(
        `insert into changes.feeds (slot, epoch, snapshot_done, history_floor, consumers)
         values ($1, $2, false, $3, $4)
         on conflict (slot) do update set epoch = excluded.epoch, snapshot_done = false,
           history_floor = excluded.history_floor, consumers = excluded.consumers, created_at = clock_timestamp()`,
        [slot, epoch, floor, consumers],
      )
      await pool.query('truncate changes.history')
    },
    async snapshotDone(epoch) {
      await pool.query('update changes.feeds set snapshot_done = true where slot = $1 and epoch = $2', [
        slot,
        epoch,
      ])
    },
    async keepConsumers(consumers) {
      await pool.query('update changes.feeds set consumers = $2 where slot = $1', [slot, consumers])
    },
  }
}
