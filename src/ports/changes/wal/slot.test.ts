import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'pg'
import { insertDocument, type RecordingConsumer, recordingConsumer } from '../../../testing/changes.ts'
import { deferred, eventually } from '../../../testing/deadline.ts'
import { titlesOf } from '../../../testing/feed-contract.ts'
import { walServer } from '../../../testing/wal-feed.ts'
import { connectDirect } from './connection.ts'

const openFeeds = walServer()

async function confirmed(pool: Pool, slot: string): Promise<string> {
  const { rows } = await pool.query(
    `select (confirmed_flush_lsn - '0/0')::text as bytes from pg_replication_slots where slot_name = $1`,
    [slot],
  )
  return rows[0].bytes
}

async function logEnd(pool: Pool): Promise<bigint> {
  const { rows } = await pool.query(`select (pg_current_wal_insert_lsn() - '0/0')::text as bytes`)
  return BigInt(rows[0].bytes)
}

/** Terminates the slot's reader and drops the slot, as an operator could by mistake. */
async function dropSlot(pool: Pool, slot: string): Promise<void> {
  await eventually('the slot to be dropped', async () => {
    await pool.query(
      'select pg_terminate_backend(active_pid, 1000) from pg_replication_slots where slot_name = $1',
      [slot],
    )
    return pool.query('select pg_drop_replication_slot($1)', [slot]).then(
      () => true,
      () => false,
    )
  })
}

test('the slot advances only after every consumer is done', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  let release: () => void = () => {}
  const slow = recordingConsumer({
    name: 'slow',
    before: () => new Promise((resolve) => (release = resolve)),
  })
  const fast = recordingConsumer({ name: 'fast' })
  const feed = await feeds.start(slow, fast)
  await insertDocument(database.pool)
  const committed = await logEnd(database.pool)
  await fast.reached(1)
  await insertDocument(database.pool)
  await fast.reached(2)
  await eventually('the fast consumer to finish', () => feed.status().pending['fast'] === 0)
  assert.ok(BigInt(await confirmed(database.pool, feeds.slot)) < committed)
  assert.equal(feed.status().pending['slow'], 2)

  release()
  await slow.reached(1)
  release()
  await slow.reached(2)
  await eventually(
    'the slot to advance',
    async () => BigInt(await confirmed(database.pool, feeds.slot)) >= committed,
  )
})

test('changes of other tables do not hold the slot back and are not delivered', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const consumer = recordingConsumer()
  await feeds.start(consumer)
  await database.pool.query(
    `insert into documents.views (document_id, total, "unique")
     select gen_random_uuid(), 1, 1 from generate_series(1, 5000)`,
  )
  const end = await logEnd(database.pool)
  await eventually(
    'the slot to follow',
    async () => BigInt(await confirmed(database.pool, feeds.slot)) >= end,
  )
  assert.deepEqual(consumer.events, [])
})

test('a slot that was dropped while the process was down is created again, with a snapshot and a reset', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const first = recordingConsumer()
  const feed = await feeds.start(first)
  const id = await insertDocument(database.pool, 'kept')
  await first.reached(1)
  const old = feed.position()
  await feed.stop()
  await dropSlot(database.pool, feeds.slot)
  await insertDocument(database.pool, 'missed')

  const next = recordingConsumer()
  const again = await feeds.start(next)
  await next.reached(2)
  assert.deepEqual(next.resets, [`the replication slot ${feeds.slot} is gone`])
  assert.deepEqual(
    next.events.map(({ value }) => value.op),
    ['r', 'r'],
  )
  assert.match(again.findings.join(), /starts over with a snapshot: the replication slot .* is gone/)
  assert.equal(again.covers(old, next.events[0]!), false)
  assert.deepEqual(await again.replay(id, old, 10), { kind: 'reset', reason: 'the position is unknown' })
})

test('a slot that is dropped while the feed runs is created again without a restart', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const consumer = recordingConsumer()
  const observer = recordingConsumer({ name: 'observer', delivery: 'every-instance' })
  const feed = await feeds.start(consumer, observer)
  await insertDocument(database.pool, 'kept')
  await Promise.all([consumer.reached(1), observer.reached(1)])
  const old = feed.position()
  await dropSlot(database.pool, feeds.slot)
  const second = await consumer.reached(2)
  assert.equal(second[1]!.value.op, 'r')
  assert.equal(consumer.resets.length, 1)
  assert.equal(observer.resets.length, 1)
  await insertDocument(database.pool, 'after')
  await Promise.all([consumer.reached(3), observer.reached(2)])
  assert.equal(feed.covers(old, observer.events[1]!), false)
  assert.equal(feed.status().state, 'streaming')
  assert.equal(feed.status().problem, undefined)
})

test('a reset comes when the new slot exists, so that nothing commits between it and the first event', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const observer = recordingConsumer({ name: 'observer', delivery: 'every-instance' })
  await feeds.start(recordingConsumer(), observer)
  await insertDocument(database.pool)
  await observer.reached(1)
  const running = await database.pool.connect()
  t.after(() => running.release(true))
  await running.query('begin')
  await insertDocument(running)

  await dropSlot(database.pool, feeds.slot)
  await eventually('the new slot to wait for the running transaction', async () => {
    const { rows } = await database.pool.query(
      'select restart_lsn from pg_replication_slots where slot_name = $1',
      [feeds.slot],
    )
    return rows.length === 1
  })
  const early = await insertDocument(database.pool)
  assert.deepEqual(observer.resets, [])
  await running.query('commit')
  await eventually('the reset', () => observer.resets.length === 1)
  const late = await insertDocument(database.pool)
  const ids = (await observer.reached(2)).map(({ value }) => value.after!.id)
  assert.equal(ids[1], late)
  assert.ok(!ids.includes(early))
})

test('an interrupted snapshot is repeated', async (t) => {
  const { database, ...feeds } = await openFeeds(t, { queueLimit: 10 })
  for (let index = 0; index < 40; index++) await insertDocument(database.pool, `${index}`)
  const interrupted: RecordingConsumer = recordingConsumer({
    maxBatch: 5,
    before: () => (interrupted.events.length >= 10 ? new Promise(() => {}) : undefined),
  })
  const feed = await feeds.start(interrupted)
  await interrupted.reached(10)
  feed.destroy()
  const next = recordingConsumer({ maxBatch: 5 })
  await feeds.start(next)
  await next.reached(40)
  assert.deepEqual(next.resets, ['the first snapshot was interrupted'])
  assert.equal(next.events.at(-1)!.value.source.snapshot, 'last')
  assert.equal(new Set(next.events.map(({ key }) => key)).size, 40)
})

test('rows that change during the snapshot arrive first as a read and then as a change', async (t) => {
  const { database, ...feeds } = await openFeeds(t, { queueLimit: 20 })
  const ids: string[] = []
  for (let index = 0; index < 100; index++) ids.push(await insertDocument(database.pool, 'old'))
  let writing: Promise<unknown> | undefined
  const consumer = recordingConsumer({
    maxBatch: 10,
    before: () => {
      writing ??= database.pool.query(`update documents.documents set title = 'new'`)
    },
  })
  await feeds.start(consumer)
  const events = await consumer.reached(200)
  for (const id of ids) {
    const own = events.filter(({ key }) => key === id)
    assert.deepEqual(
      own.map(({ value }) => value.op),
      ['r', 'u'],
    )
  }
  const positions = events.map(({ position }) => position)
  assert.deepEqual(positions, [...positions].sort())
})

test('a slot that another running process reads is not taken over', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const consumer = recordingConsumer()
  const feed = await feeds.start(consumer)
  await eventually('the stream', () => feed.status().state === 'streaming')
  const rival = await feeds.open()
  const outcome = rival.start().then(
    () => 'started',
    (error: Error) => error.message,
  )
  await insertDocument(database.pool)
  await consumer.reached(1)
  assert.equal(feed.status().state, 'streaming')
  rival.destroy()
  assert.match(await outcome, /is read by another process/)
})

test('a slot whose creation was interrupted is created again', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const client = await connectDirect(database.direct, 'test', true)
  await client.query(`CREATE_REPLICATION_SLOT "${feeds.slot}" LOGICAL pgoutput EXPORT_SNAPSHOT`)
  await client.end()
  const id = await insertDocument(database.pool)
  const consumer = recordingConsumer()
  await feeds.start(consumer)
  const events = await consumer.reached(1)
  assert.deepEqual(
    events.map(({ key, value }) => [key, value.op]),
    [[id, 'r']],
  )
})

test('a stop waits until the end of the snapshot is stored', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const { promise: gate, resolve: release } = deferred()
  const started = deferred()
  const consumer = recordingConsumer({
    before() {
      started.resolve()
      return gate
    },
  })
  await insertDocument(database.pool, 'before')
  const feed = await feeds.start(consumer)
  await started.promise
  await eventually('the stream', () => feed.status().state === 'streaming')
  const other = await database.pool.connect()
  await other.query('begin')
  await other.query('select 1 from changes.feeds where slot = $1 for update', [feeds.slot])
  let done = false
  const stopped = feed.stop().then(() => (done = true))
  release()
  await eventually('the connection to be closed', async () => {
    const { rows } = await database.pool.query(
      'select active from pg_replication_slots where slot_name = $1',
      [feeds.slot],
    )
    return !rows[0].active
  })
  await database.pool.query('select 1')
  assert.equal(done, false)
  await other.query('commit')
  other.release()
  await stopped
  const next = recordingConsumer()
  await feeds.start(next)
  await insertDocument(database.pool, 'next')
  assert.deepEqual(titlesOf(await next.reached(1)), ['next'])
})
