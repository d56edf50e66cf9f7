import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectDatabase } from '../../../db/connect.ts'
import type { Database } from '../../../db/database.ts'
import { insertDocument, recordingConsumer } from '../../../testing/changes.ts'
import { walServer } from '../../../testing/wal-feed.ts'
import { createHistory } from './history.ts'
import { formatPosition, parsePosition } from './position.ts'

const openFeeds = walServer()

test('positions before the history are answered with a reset, the others with their events', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const consumer = recordingConsumer()
  const feed = await feeds.start(consumer)
  const id = await insertDocument(database.pool)
  for (let index = 0; index < 9; index++) {
    await database.pool.query(`update documents.documents set title = 'new' where id = $1`, [id])
  }
  const events = await consumer.reached(10)
  assert.equal((await feed.replay(id, events[0]!.position, 100)).kind, 'events')

  const clock = { now: () => new Date() }
  const history = createHistory(database.pool, feeds.slot, { maxAgeHours: 1, maxEvents: 4 }, clock)
  assert.equal(await history.prune(), 6)
  assert.equal(await history.prune(), 0)
  const tooOld = { kind: 'reset', reason: 'the position is too old' }
  assert.deepEqual(await feed.replay(id, events[4]!.position, 100), tooOld)
  assert.deepEqual(await feed.replay(id, events[5]!.position, 100), {
    kind: 'events',
    events: events.slice(6),
  })

  const later = { now: () => new Date(Date.now() + 2 * 3_600_000) }
  const ageing = createHistory(database.pool, feeds.slot, { maxAgeHours: 1, maxEvents: 1_000 }, later)
  assert.equal(await ageing.prune(), 4)
  assert.equal((await feed.replay(id, events[8]!.position, 100)).kind, 'reset')
  assert.deepEqual(await feed.replay(id, events[9]!.position, 100), { kind: 'events', events: [] })
})

test('a position beyond the end of the log is answered with a reset', async (t) => {
  const { database, start } = await openFeeds(t)
  const consumer = recordingConsumer()
  const feed = await start(consumer)
  const id = await insertDocument(database.pool)
  await consumer.reached(1)
  const position = parsePosition(feed.position())!
  const beyond = formatPosition({ ...position, commit: position.commit + 2n ** 40n })
  assert.deepEqual(await feed.replay(id, beyond, 10), {
    kind: 'reset',
    reason: 'the position is in the future',
  })
})

test('a reader that is ahead of a restarted feed gets no event twice', async (t) => {
  const { database, ...feeds } = await openFeeds(t)
  const stuck = recordingConsumer({ name: 'stuck', before: () => new Promise(() => {}) })
  const live = recordingConsumer({ name: 'live', delivery: 'every-instance' })
  const feed = await feeds.start(stuck, live)
  const id = await insertDocument(database.pool)
  const [seen] = await live.reached(1)
  feed.destroy()

  const next = recordingConsumer({ name: 'live', delivery: 'every-instance' })
  const again = await feeds.open()
  await again.consume(recordingConsumer({ name: 'stuck' }))
  await again.consume(next)
  await again.start()
  assert.deepEqual(await again.replay(id, seen!.position, 10), { kind: 'events', events: [] })
  const [repeated] = await next.reached(1)
  assert.ok(again.covers(seen!.position, repeated!))
})

test('a history that cannot be read now is an error, not a reset: the position stays valid', async (t) => {
  const options = { size: 2, waitMs: 5_000, statementMs: 10_000, onError: () => {} }
  let lost: Database['pool'] | undefined
  const wrap = (database: Database): Database => {
    lost = connectDatabase(database.direct, options).pool
    return { ...database, pool: lost }
  }
  const { database, start } = await openFeeds(t, { wrap })
  const consumer = recordingConsumer()
  const feed = await start(consumer)
  const position = feed.position()
  const id = await insertDocument(database.pool)
  await consumer.reached(1)
  await lost!.end()
  await assert.rejects(feed.replay(id, position, 10))
  feed.destroy()
})
