import type { Pool } from 'pg'
import { parsePosition, formatPosition } from './position.ts'

/** What is remembered about a slot (table changes.feeds). */
export interface StoredFeed {
  epoch: string
  /** every consumer has all rows of the initial snapshot */
  snapshotDone: boolean
  /** the shared consumers that the slot speaks for */
  consumers: string[]
}

export interface FeedStore {
  load(): Promise<StoredFeed | undefined>
  /** A new epoch: no position given before is known any more, and the history is empty. */
  begin(epoch: string, consumers: string[]): Promise<void>
  /** unless another epoch has begun */
  snapshotDone(epoch: string): Promise<void>
  /** Forgets consumers that are no longer there, so that they get a snapshot when they come back. */
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
      if (!parsePosition(floor)) throw new Error(`not an epoch: ${epoch}`)
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
