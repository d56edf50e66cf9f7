import { after, before } from 'node:test'
import { type TestDatabases, startTestDatabases } from '../../../testing/database.ts'
import { testFeeds } from '../../../testing/wal-feed.ts'
import { changeFeedContractSuite } from '../contract-suite.ts'
import type { OpenFeed } from '../feed.ts'

let server: TestDatabases
before(async () => {
  server = await startTestDatabases({ ownServer: true })
})
after(() => server.stop())

changeFeedContractSuite('wal:', {
  order: 'feed',
  async create(t) {
    const database = await server.open()
    const { open } = testFeeds(t, database)
    return {
      pool: database.pool,
      open,
      crash: (feed) => (feed as OpenFeed).destroy(),
      async deadLetters() {
        const { rows } = await database.pool.query('select consumer, event, error from changes.dead_letters')
        return rows.map(({ consumer, event, error }) => ({ consumer, error, event: JSON.parse(event) }))
      },
    }
  },
})
