import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertDocument, recordingConsumer } from '../../../testing/changes.ts'
import { deferred, eventually } from '../../../testing/deadline.ts'
import { walServer } from '../../../testing/wal-feed.ts'

const openFeeds = walServer()

/** The default of shutdown.limit. */
const MODULE_STOP_MS = 10_000

/** Without histories and roles, as a restore inserts rows. */
const INSERT_MANY = `insert into documents.documents (id, title, content_size, created_by)
  select gen_random_uuid(), repeat('x', 200), 1, 'ada@example.com'
    from generate_series(1, $1), set_config('docmgr.restoring', 'on', true)`

test('a stuck consumer fills its queue to the limit, the rest stays on the server, and no event is lost', async (t) => {
  const { database, ...feeds } = await openFeeds(t, { queueLimit: 500 })
  const { promise: gate, resolve: release } = deferred()
  const stuck = recordingConsumer({ name: 'stuck', before: () => gate })
  const other = recordingConsumer({ name: 'other' })
  const feed = await feeds.start(stuck, other)
  await database.pool.query(INSERT_MANY, [20_000])
  await eventually('a full queue', () => feed.status().pending['stuck']! >= 500)
  await eventually('the other consumer to finish', () => feed.status().pending['other'] === 0)
  const held = feed.status().pending['stuck']!
  // A socket's chunk of 64 kB that was already read is added to the limit.
  assert.ok(held < 1_500, `${held} events are held`)
  await database.pool.query('select 1')
  assert.equal(feed.status().pending['stuck'], held)
  assert.ok(other.events.length < 2_000)

  release()
  await Promise.all([stuck.reached(20_000, 60_000), other.reached(20_000, 60_000)])
  assert.equal(new Set(stuck.events.map(({ position }) => position)).size, 20_000)
  assert.equal(stuck.events.length, 20_000)
})

test('a consumer that does not finish at a stop does not keep the connection to the server open', async (t) => {
  const { database, slot, ...feeds } = await openFeeds(t)
  const { promise: gate, resolve: release } = deferred()
  t.after(release)
  const stuck = recordingConsumer({ name: 'stuck', before: () => gate })
  const feed = await feeds.start(stuck)
  await insertDocument(database.pool)
  await eventually('its batch to begin', () => feed.status().pending['stuck'] === 1)
  const begun = performance.now()
  await feed.stop()
  const millis = performance.now() - begun
  assert.ok(millis < MODULE_STOP_MS, `${millis} ms`)
  const reader = 'select 1 from pg_replication_slots where slot_name = $1 and active'
  await eventually(
    'the slot to be free',
    async () => (await database.pool.query(reader, [slot])).rowCount === 0,
  )
})

test('the lag includes every commit before the request, and is zero once the last consumer is done', async (t) => {
  const { database, start } = await openFeeds(t)
  const { promise: gate, resolve: release } = deferred()
  const slow = recordingConsumer({ before: () => gate })
  const feed = await start(slow)
  for (let round = 0; round < 20; round++) {
    await insertDocument(database.pool)
    const { lagBytes } = await feed.refreshStatus()
    assert.ok(lagBytes! > 0, `${lagBytes} bytes in round ${round}`)
  }
  release()
  await slow.reached(20)
  await eventually('no lag', async () => (await feed.refreshStatus()).lagBytes === 0)
})

test('after a lost connection the feed reconnects; no event is lost or repeated', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const consumer = recordingConsumer({ maxBatch: 50 })
  const feed = await feeds.start(consumer)
  for (let round = 0; round < 5; round++) {
    await Promise.all([
      database.pool.query(INSERT_MANY, [300]),
      database.pool.query(
        'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1',
        [feeds.slot],
      ),
    ])
  }
  await consumer.reached(1_500, 30_000)
  await insertDocument(database.pool, 'the last')
  await consumer.reached(1_501)
  assert.equal(new Set(consumer.events.map(({ key }) => key)).size, 1_501)
  assert.equal(consumer.events.length, 1_501)
  assert.deepEqual(consumer.resets, [])
  assert.equal(feed.status().problem, undefined)
})

test('a column that is added while the feed runs appears in the events', async (t) => {
  const { database, start } = await openFeeds(t)
  const consumer = recordingConsumer()
  await start(consumer)
  const id = await insertDocument(database.pool)
  await database.pool.query('alter table documents.documents add column pages integer default 7')
  await database.pool.query(`update documents.documents set title = 'new' where id = $1`, [id])
  const [, updated] = await consumer.reached(2)
  assert.equal((updated!.value.after as unknown as { pages: number }).pages, 7)
})

test('a changed primary key is a delete and a create; a truncation makes no event', async (t) => {
  const { database, start } = await openFeeds(t)
  const consumer = recordingConsumer()
  await start(consumer)
  const id = await insertDocument(database.pool)
  const other = '01890000-0000-7000-8000-000000000000'
  await database.pool.query('update documents.documents set id = $2 where id = $1', [id, other])
  await database.pool.query('truncate documents.documents')
  await insertDocument(database.pool, 'after')
  await consumer.reached(4)
  assert.deepEqual(consumer.events.map(({ key, value }) => [key, value.op]).slice(0, 3), [
    [id, 'c'],
    [id, 'd'],
    [other, 'c'],
  ])
  assert.equal(consumer.events.length, 4)
})
