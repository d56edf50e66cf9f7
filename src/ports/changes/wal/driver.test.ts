import { walServer } from '../../../testing/wal-feed.ts'
import { changeFeedContractSuite } from '../contract-suite.ts'
import type { OpenFeed } from '../feed.ts'

const openFeeds = walServer()

changeFeedContractSuite('wal:', {
  order: 'feed',
  async create(t) {
    const { database, open } = await openFeeds(t)
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
