import { randomBytes } from 'node:crypto'
import { after, before } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { systemClock } from '../../runtime/clock.ts'
import { type TestDatabases, startTestDatabases } from '../../testing/database.ts'
import { changeFeedContract } from './contract.ts'
import { openWalFeed, type WalFeed } from './wal.ts'

let server: TestDatabases
before(async () => {
  server = await startTestDatabases()
})
after(() => server.stop())

changeFeedContract('wal:', {
  async create(t) {
    const database = await server.open()
    const slot = `test_${randomBytes(6).toString('hex')}`
    const feeds: WalFeed[] = []
    t.after(async () => {
      await Promise.all(feeds.map((feed) => feed.stop()))
      await database.stop()
    })
    return {
      pool: database.pool,
      async open() {
        const feed = await openWalFeed({
          database,
          log: silentLogger,
          clock: systemClock,
          slot,
          history: { maxAgeHours: 1, maxEvents: 1000 },
        })
        feeds.push(feed)
        return feed
      },
      crash: (feed) => (feed as WalFeed).destroy(),
    }
  },
})
