import { randomBytes } from 'node:crypto'
import { after, before, type TestContext } from 'node:test'
import type { Database } from '../db/database.ts'
import type { OpenFeed } from '../ports/changes/feed.ts'
import type { Consumer } from '../ports/changes/port.ts'
import { openWalFeed } from '../ports/changes/wal/driver.ts'
import { systemClock } from '../runtime/clock.ts'
import { silentLogger } from '../runtime/logger.ts'
import { startConsumers } from './changes.ts'
import { dropSlots, startTestDatabases, type TestDatabases } from './database.ts'

export interface TestFeeds {
  slot: string
  /** A feed that is not started yet. The previous one must have ended. */
  open(): Promise<OpenFeed>
  /** A started feed with these consumers. */
  start(...consumers: Consumer[]): Promise<OpenFeed>
}

export interface TestFeedOptions {
  queueLimit?: number
  /** the database as the feeds see it */
  wrap?: (database: Database) => Database | Promise<Database>
}

/** A database of its own for the feeds of a test. */
export interface TestDatabaseFeeds extends TestFeeds {
  database: Database
}

/** Starts a server for the tests of a file. */
export function walServer(): (t: TestContext, options?: TestFeedOptions) => Promise<TestDatabaseFeeds> {
  let server: TestDatabases
  before(async () => void (server = await startTestDatabases({ ownServer: true })))
  after(() => server.stop())
  return async (t, options) => {
    const database = await server.open()
    return { database, ...testFeeds(t, database, options) }
  }
}

/** Feeds of one database with a slot of their own. When the test ends, they stop and the slot is dropped. */
export function testFeeds(
  t: TestContext,
  database: Database,
  { queueLimit, wrap = (same) => same }: TestFeedOptions = {},
): TestFeeds {
  const slot = `test_${randomBytes(6).toString('hex')}`
  const history = { maxAgeHours: 1, maxEvents: 1_000 }
  const opened: OpenFeed[] = []
  const open = async (): Promise<OpenFeed> => {
    const resources = { database: await wrap(database), slot, history, clock: systemClock, log: silentLogger }
    const feed = openWalFeed(resources, queueLimit)
    opened.push(feed)
    return feed
  }
  t.after(async () => {
    await Promise.all(opened.map((feed) => feed.stop()))
    await dropSlots(database.direct)
  })
  return { slot, open, start: async (...consumers) => startConsumers(await open(), consumers) }
}
