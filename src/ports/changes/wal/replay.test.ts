import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectDatabase } from '../../../db/connect.ts'
import { insertDocument, recordingConsumer } from '../../../testing/changes.ts'
import { type TestDatabases, startTestDatabases } from '../../../testing/database.ts'
import { testFeeds } from '../../../testing/wal-feed.ts'

let server: TestDatabases
before(async () => {
  server = await startTestDatabases({ ownServer: true })
})
after(() => server.stop())

test('a history that cannot be read now is an error, not a reset: the position stays valid', async (t) => {
  const database = await server.open()
  const options = { size: 2, waitMs: 5_000, statementMs: 10_000, onError: () => {} }
  const lost = connectDatabase(database.direct, options)
  const feed = await testFeeds(t, database, { database: { ...database, pool: lost.pool } }).start(
    recordingConsumer(),
  )
  const position = feed.position()
  const id = await insertDocument(database.pool)
  await lost.pool.end()
  await assert.rejects(feed.replay(id, position, 10))
  feed.destroy()
})
