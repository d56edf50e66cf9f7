import { after, before } from 'node:test'
import { type TestDatabases, startTestDatabases } from '../../testing/database.ts'
import { testFeeds } from '../../testing/wal-feed.ts'
import { changeFeedContract } from './contract.ts'
import type { WalFeed } from './wal.ts'

let server: TestDatabases
before(async () => {
  server = await startTestDatabases()
})
after(() => server.stop())

changeFeedContract('wal:', {
  async create(t) {
    const database = await server.open()
    const { open } = testFeeds(t, database)
    return { pool: database.pool, open, crash: (feed) => (feed as WalFeed).destroy() }
  },
})
