import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from '../../../runtime/logger.ts'
import { recordingConsumer } from '../../../testing/changes.ts'
import { deferred, eventually } from '../../../testing/deadline.ts'
import { openKafkaAdmin } from '../../../testing/kafka-admin.ts'
import { openTestTopics } from '../../../testing/kafka-feed.ts'
import { undoing } from '../../../testing/undoing.ts'
import { openGroupBacklog } from './group-backlog.ts'

test('records are left until the group has done and committed those that existed at the first question', async (t) => {
  const undo = undoing(t)
  const { url, prefix, write, start } = await openTestTopics(undo)
  let blocked = deferred()
  const indexer = recordingConsumer({
    name: 'indexer',
    topics: ['cdc.documents'],
    before: () => blocked.promise,
  })
  const open = () => {
    const backlog = openGroupBacklog(url, indexer, { prefix, group: prefix, log: silentLogger })
    undo.after(() => backlog.stop())
    return backlog
  }
  assert.equal(await open().left(), 0)

  const id = await write.document()
  await write.document({ id, op: 'u', version: 2 })
  await write.signature(id)
  const backlog = open()
  assert.equal(await backlog.left(), 2)
  const feed = await start([indexer])
  assert.equal(await backlog.left(), 2)
  blocked.resolve()
  await indexer.reached(2)
  await eventually('the offsets', async () => (await backlog.left()) === 0)

  blocked = deferred()
  await write.document()
  assert.equal(await backlog.left(), 0)
  assert.equal(await open().left(), 1)
  blocked.resolve()
  await indexer.reached(3)
  await feed.stop()

  // A group without offsets begins with the first record.
  const admin = openKafkaAdmin()
  undo.after(() => admin.close())
  await admin.deleteGroups(prefix)
  assert.equal(await backlog.left(), 2)
})
