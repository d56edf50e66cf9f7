import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { suite, test } from 'node:test'
import { MAX_READERS } from '../../domain/access.ts'
import { type ChangeEvent, documentIdOf } from '../../domain/change.ts'
import type { DocumentRow } from '../../domain/document-fields.ts'
import { insertDocument, insertSignature, recordingConsumer } from '../../testing/changes.ts'
import { type ChangeFeedHarness, type FeedCases, startFeed, versionsOf } from '../../testing/feed-contract.ts'
import { DELIVERY_CASES } from './delivery/contract-suite.ts'

const REPLAY_CASES: FeedCases = {
  async 'a replay has exactly the events of its document after the position'(subject) {
    const consumer = recordingConsumer({ delivery: 'every-instance' })
    const feed = await startFeed(subject, consumer)
    const [id, other] = [await insertDocument(subject.pool), await insertDocument(subject.pool)]
    await consumer.reached(2)
    const position = feed.position()
    for (const document of [id, other, id]) {
      await subject.pool.query(`update documents.documents set title = 'new' where id = $1`, [document])
    }
    await insertSignature(subject.pool, id)
    await consumer.reached(6)

    const missed = consumer.events.slice(2).filter((event) => documentIdOf(event) === id)
    assert.deepEqual(await feed.replay(id, position, 10), { kind: 'events', events: missed })
    assert.deepEqual(await feed.replay(id, missed[0]!.position, 10), {
      kind: 'events',
      events: missed.slice(1),
    })
    assert.deepEqual(await feed.replay(id, position, 3), { kind: 'events', events: missed })
    assert.deepEqual(await feed.replay(id, feed.position(), 10), { kind: 'events', events: [] })
    assert.equal((await feed.replay(id, position, 2)).kind, 'reset')
  },

  async 'a replay of all documents has every event after the position, and each of its positions continues it'(
    subject,
  ) {
    const consumer = recordingConsumer({ delivery: 'every-instance' })
    const feed = await startFeed(subject, consumer)
    await insertDocument(subject.pool)
    await consumer.reached(1)
    const position = feed.position()
    const [id, other] = [await insertDocument(subject.pool), await insertDocument(subject.pool)]
    await insertSignature(subject.pool, other)
    await subject.pool.query(`update documents.documents set title = 'new' where id = $1`, [id])
    await consumer.reached(5)
    const replay = await feed.replay(undefined, position, 4)
    assert.ok(replay.kind === 'events')
    const keys = (events: readonly { topic: string; key: string; value: { op: string } }[]): string[] =>
      events.map(({ topic, key, value }) => `${topic} ${key} ${value.op}`)
    assert.deepEqual(keys(replay.events).sort(), keys(consumer.events.slice(1)).sort())
    for (const [index, event] of replay.events.entries()) {
      const rest = await feed.replay(undefined, event.position, 4)
      assert.deepEqual(rest.kind === 'events' && keys(rest.events), keys(replay.events.slice(index + 1)))
    }
    assert.equal((await feed.replay(undefined, position, 3)).kind, 'reset')
  },

  async 'a replay from the oldest position has the whole history of its document'(subject) {
    const consumer = recordingConsumer({ delivery: 'every-instance' })
    const feed = await startFeed(subject, consumer)
    const id = await insertDocument(subject.pool)
    await subject.pool.query(`update documents.documents set title = 'new' where id = $1`, [id])
    await consumer.reached(2)
    const oldest = await feed.oldest()
    for (const event of consumer.events) assert.equal(feed.covers(oldest, event), false)
    assert.deepEqual(await feed.replay(id, oldest, 10), { kind: 'events', events: consumer.events })
  },

  async 'a position stays valid over a restart'(subject) {
    const consumer = recordingConsumer({ delivery: 'every-instance' })
    const feed = await startFeed(subject, consumer)
    const id = await insertDocument(subject.pool)
    await consumer.reached(1)
    const position = feed.position()
    await subject.pool.query(`update documents.documents set title = 'new' where id = $1`, [id])
    await consumer.reached(2)
    await feed.stop()
    const next = await startFeed(subject, recordingConsumer({ delivery: 'every-instance' }))
    const replay = await next.replay(id, position, 10)
    assert.deepEqual(replay.kind === 'events' && versionsOf(replay.events, id), [2])
  },

  async 'a position covers the events up to it, and no event when it is malformed'(subject) {
    const consumer = recordingConsumer({ delivery: 'every-instance' })
    const feed = await startFeed(subject, consumer)
    const before = feed.position()
    await insertDocument(subject.pool)
    await insertDocument(subject.pool)
    const [first, second] = await consumer.reached(2)
    assert.equal(feed.covers(before, first!), false)
    assert.equal(feed.covers(first!.position, first!), true)
    assert.equal(feed.covers(first!.position, second!), false)
    assert.equal(feed.covers(feed.position(), second!), true)
    assert.equal(feed.covers('nonsense', first!), false)
    for (const position of [before, first!.position]) assert.match(position, /^[\w.~-]{1,128}$/)
    assert.equal((await feed.replay(first!.key, 'nonsense', 10)).kind, 'reset')
  },
}

const ROW_CASES: FeedCases = {
  async 'an event has the readers of its document as a list, also where they are stored apart from the row'(
    subject,
  ) {
    const consumer = recordingConsumer()
    await startFeed(subject, consumer)
    const id = await insertDocument(subject.pool)
    // Random characters, which are not compressed.
    const readers = Array.from({ length: MAX_READERS }, () => `email:${randomUUID()}"\\ ,{é}@example.com`)
    await subject.pool.query('update documents.documents set readers = $2 where id = $1', [id, readers])
    await subject.pool.query(`update documents.documents set title = 'new' where id = $1`, [id])
    const events = await consumer.reached(3)
    const readersIn = ({ value }: ChangeEvent) =>
      [value.before, value.after].map((row) => (row as DocumentRow | null)?.readers)
    const owner = ['email:ada@example.com']
    assert.deepEqual(events.map(readersIn), [
      [undefined, owner],
      [owner, readers],
      [readers, readers],
    ])
  },
}

/** What the change feed does over every driver. */
export function changeFeedContractSuite(name: string, { order, create }: ChangeFeedHarness): void {
  suite(`change feed: ${name}`, () => {
    for (const [title, run] of Object.entries({ ...DELIVERY_CASES, ...REPLAY_CASES, ...ROW_CASES })) {
      test(title, async (t) => run(await create(t), order))
    }
  })
}
