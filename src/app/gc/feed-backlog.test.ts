import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { insertDocument, recordingConsumer } from '../../testing/changes.ts'
import { deferred, eventually } from '../../testing/deadline.ts'
import { walServer } from '../../testing/wal-feed.ts'
import { type FeedBacklog, openFeedBacklog } from './feed-backlog.ts'

const openFeeds = walServer()

test('nothing is left when every consumer has done what was committed before', async (t) => {
  const { database, slot, start } = await openFeeds(t)
  const { pool } = database
  const open = (): Promise<FeedBacklog> => {
    const changes = { url: 'wal:', slot, prefix: 'cdc', group: 'docmgr' }
    return openFeedBacklog({ changes } as never, { pool, log: silentLogger })
  }
  const left = async (): Promise<string> => (await (await open()).left()) ?? assert.fail('nothing is left')
  assert.match(await left(), new RegExp(`no replication slot ${slot}`))

  let blocked = deferred()
  const slow = recordingConsumer({ name: 'slow', before: () => blocked.promise })
  await start(slow)
  const id = await insertDocument(pool)
  await pool.query('update documents.documents set deleted_at = now() where id = $1', [id])
  const backlog = await open()
  assert.match((await backlog.left())!, /^[1-9]\d* bytes of the log .* slot \w+ are not done$/)
  blocked.resolve()
  await slow.reached(2)
  await eventually('the slot', async () => (await backlog.left()) === undefined)

  // What is committed later does not count.
  blocked = deferred()
  await insertDocument(pool)
  assert.equal(await backlog.left(), undefined)
  assert.match(await left(), /are not done$/)
  blocked.resolve()
})
