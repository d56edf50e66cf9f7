import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { Database } from '../db/database.ts'
import type { OpenFeed } from '../ports/changes/feed.ts'
import type { Consumer } from '../ports/changes/port.ts'
import { openWalFeed, type WalFeedOptions } from '../ports/changes/wal/driver.ts'
import { systemClock } from '../runtime/clock.ts'
import { silentLogger } from '../runtime/logger.ts'

export interface TestFeeds {
  slot: string
  /** A feed that is not started yet. The previous one must have ended. */
  open(): Promise<OpenFeed>
  /** A started feed with these consumers. */
  start(...consumers: Consumer[]): Promise<OpenFeed>
}

/** Feeds of one database with a slot of their own. When the test ends, they stop and the slot is dropped. */
export function testFeeds(
  t: TestContext,
  database: Database,
  options: Partial<WalFeedOptions> = {},
): TestFeeds {
  const slot = `test_${randomBytes(6).toString('hex')}`
  const opened: OpenFeed[] = []
  const open = async (): Promise<OpenFeed> => {
    const history = { maxAgeHours: 1, maxEvents: 1_000 }
    const feed = openWalFeed({
      database,
      log: silentLogger,
      clock: systemClock,
      slot,
      history,
      ...options,
    })
    opened.push(feed)
    return feed
  }
  t.after(async () => {
    await Promise.all(opened.map((feed) => feed.stop()))
    await database.pool.query(
      `select pg_terminate_backend(active_pid, 5000) from pg_replication_slots where slot_name = $1 and active`,
      [slot],
    )
    await database.pool.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
      [slot],
    )
  })
  return {
    slot,
    open,
    async start(...consumers) {
      const feed = await open()
      for (const consumer of consumers) await feed.consume(consumer)
      await feed.start()
      return feed
    },
  }
}
