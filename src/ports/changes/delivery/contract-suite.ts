import assert from 'node:assert/strict'
import { type ChangeEvent, documentIdOf } from '../../../domain/change.ts'
import { DomainError } from '../../../domain/errors.ts'
import { checkChange } from '../../../testing/async-api.ts'
import { insertDocument, insertSignature, recordingConsumer } from '../../../testing/changes.ts'
import { deferred, eventually } from '../../../testing/deadline.ts'
import { type FeedCases, inOrder, startFeed, titlesOf, versionsOf } from '../../../testing/feed-contract.ts'

/** How every driver delivers events to consumers. */
export const DELIVERY_CASES: FeedCases = {
  async 'creates, updates and deletes arrive as Debezium writes them'(subject, order) {
    const consumer = recordingConsumer()
    await startFeed(subject, consumer)
    const id = await insertDocument(subject.pool, 'Sales "Ünïcode" Agreement')
    await subject.pool.query(`update documents.documents set status = 'signed' where id = $1`, [id])
    await subject.pool.query('delete from documents.documents where id = $1', [id])
    const signature = await insertSignature(subject.pool, id)
    await consumer.reached(4)
    consumer.events.forEach(checkChange)
    const of = (topic: string): ChangeEvent[] => consumer.events.filter((event) => event.topic === topic)
    const [created, updated, deleted] = of('cdc.documents')
    const [signed] = of('cdc.signatures')

    const all = order === 'feed' ? consumer.events : [...of('cdc.documents'), ...of('cdc.signatures')]
    assert.deepEqual(
      all.map(({ topic, key, value }) => [topic, key, value.op]),
      [
        ['cdc.documents', id, 'c'],
        ['cdc.documents', id, 'u'],
        ['cdc.documents', id, 'd'],
        ['cdc.signatures', signature, 'c'],
      ],
    )
    const row = created!.value.after as unknown as Record<string, unknown>
    assert.equal(created!.value.before, null)
    assert.equal(row['title'], 'Sales "Ünïcode" Agreement')
    assert.equal(row['content_size'], 36)
    assert.equal(row['version'], 1)
    assert.equal(row['deleted_at'], null)
    assert.match(String(row['created_at']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/)
    assert.deepEqual(updated!.value.before, created!.value.after)
    assert.equal((updated!.value.after as { status: string }).status, 'signed')
    assert.deepEqual(deleted!.value.before, updated!.value.after)
    assert.equal(deleted!.value.after, null)
    assert.equal(documentIdOf(signed!), id)

    const { source } = created!.value
    assert.deepEqual(
      [source.connector, source.name, source.schema, source.table, source.snapshot],
      ['postgresql', 'docmgr', 'documents', 'documents', 'false'],
    )
    for (const key of ['version', 'sequence', 'ts_us', 'ts_ns', 'xmin', 'origin', 'origin_lsn']) {
      assert.ok(key in source, `source.${key}`)
    }
    for (const key of ['transaction', 'ts_ms', 'ts_us', 'ts_ns']) assert.ok(key in created!.value, key)
    assert.ok(source.txId! > 0 && source.lsn! > 0)
    assert.ok(Math.abs(source.ts_ms - Date.now()) < 60_000)
  },

  async 'existing rows arrive once as reads, the last one marked'(subject, order) {
    const first = await insertDocument(subject.pool, 'first')
    await insertDocument(subject.pool, 'second')
    await insertSignature(subject.pool, first)
    const consumer = recordingConsumer()
    const feed = await startFeed(subject, consumer)
    await consumer.reached(3)
    assert.deepEqual(
      consumer.events.map(({ value }) => value.op),
      ['r', 'r', 'r'],
    )
    const marks = consumer.events.map(({ value }) => value.source.snapshot)
    if (order === 'feed') assert.deepEqual(marks, ['first', 'true', 'last'])
    for (const once of ['first', 'last']) assert.equal(marks.filter((mark) => mark === once).length, 1, once)
    assert.ok(!marks.includes('false'))
    assert.deepEqual(consumer.resets, [])
    await insertDocument(subject.pool, 'third')
    await consumer.reached(4)
    await feed.stop()

    const again = recordingConsumer()
    await startFeed(subject, again)
    await insertDocument(subject.pool, 'fourth')
    // A stop between a change and its commit repeats the change.
    await eventually('the fourth', () => titlesOf(again.events).includes('fourth'))
    assert.ok(again.events.every(({ value }) => value.op === 'c'))
    assert.deepEqual(again.resets, [])
  },

  async 'a new consumer begins with a snapshot'(subject) {
    const feed = await startFeed(subject, recordingConsumer())
    await insertDocument(subject.pool, 'before')
    await feed.stop()
    const late = recordingConsumer({ name: 'late' })
    await startFeed(subject, recordingConsumer(), late)
    assert.deepEqual(titlesOf(await late.reached(1)), ['before'])
  },

  async 'no event is missing and each row is in order when transactions interleave'(subject) {
    const consumer = recordingConsumer({ maxBatch: 7 })
    await startFeed(subject, consumer)
    const ids = await Promise.all(['a', 'b', 'c', 'd'].map((title) => insertDocument(subject.pool, title)))
    const writer = async (seed: number): Promise<void> => {
      for (let round = 0; round < 25; round++) {
        const client = await subject.pool.connect()
        // The same order of rows in each transaction prevents deadlocks.
        const picked = ids.filter((_, index) => (round + seed + index) % 3 !== 0)
        await client.query('begin')
        for (const id of picked) {
          await client.query('update documents.documents set title = $2 where id = $1', [
            id,
            `${seed}-${round}`,
          ])
        }
        await client.query(round % 10 === 9 ? 'rollback' : 'commit')
        client.release()
      }
    }
    await Promise.all([writer(0), writer(1), writer(2)])
    const { rows } = await subject.pool.query('select id, version from documents.documents')
    const total = rows.reduce((sum, { version }) => sum + version, 0)
    const events = await consumer.reached(total)
    for (const { id, version } of rows) {
      assert.deepEqual(
        versionsOf(events, id),
        Array.from({ length: version }, (_, index) => index + 1),
      )
    }
    assert.equal(events.length, total)
    assert.ok(Math.max(...consumer.batches) <= 7)
  },

  async 'a stop waits for the batch in flight, which is not repeated; what a crash interrupts is'(
    subject,
    order,
  ) {
    const [started, finished] = [deferred(), deferred()]
    const done = recordingConsumer({ before: () => (started.resolve(), finished.promise) })
    const feed = await startFeed(subject, done)
    await insertDocument(subject.pool, 'done')
    await started.promise
    const stopped = feed.stop()
    finished.resolve()
    await stopped
    assert.deepEqual(titlesOf(done.events), ['done'])
    assert.equal(feed.status().state, 'stopped')

    let seen = 0
    const stuck = recordingConsumer({ before: () => new Promise(() => void seen++) })
    const crashing = await startFeed(subject, stuck)
    await insertDocument(subject.pool, 'in flight')
    await eventually('the batch in flight', () => seen > 0)
    await insertDocument(subject.pool, 'not yet')
    subject.crash(crashing)

    const next = recordingConsumer()
    await startFeed(subject, next)
    assert.deepEqual(
      inOrder(order, titlesOf(await next.reached(2))),
      inOrder(order, ['in flight', 'not yet']),
    )
  },

  async 'an event that cannot be handled goes to the dead letters, and the others are handled'(
    subject,
    order,
  ) {
    const consumer = recordingConsumer({
      before: (events) => {
        if (titlesOf(events).includes('poison')) throw new Error('cannot process poison')
      },
    })
    const other = recordingConsumer({ name: 'other' })
    const feed = await startFeed(subject, consumer, other)
    const titles = ['one', 'two', 'poison', 'three', 'four']
    const client = await subject.pool.connect()
    await client.query('begin')
    for (const title of titles) await insertDocument(client, title)
    await client.query('commit')
    client.release()

    assert.deepEqual(inOrder(order, titlesOf(await other.reached(5))), inOrder(order, titles))
    const others = ['one', 'two', 'three', 'four']
    assert.deepEqual(inOrder(order, titlesOf(await consumer.reached(4))), inOrder(order, others))
    await eventually('the dead letter', () => feed.status().deadLetters === 1)
    const letters = await subject.deadLetters()
    assert.deepEqual(
      letters.map(({ consumer, event }) => [consumer, titlesOf([event])]),
      [['recorder', ['poison']]],
    )
    assert.match(letters[0]!.error, /cannot process poison/)
  },

  async 'a consumer whose server is unavailable gets everything later, and the others do not wait'(
    subject,
    order,
  ) {
    let available = false
    const consumer = recordingConsumer({
      before: () => {
        if (!available) throw new DomainError('unavailable', 'the index cannot be reached')
      },
    })
    const other = recordingConsumer({ name: 'other' })
    const feed = await startFeed(subject, consumer, other)
    for (const title of ['one', 'two', 'three']) await insertDocument(subject.pool, title)
    await other.reached(3)
    await eventually('the problem', () => feed.status().problem?.includes('the index cannot be reached'))
    assert.deepEqual(consumer.events, [])
    available = true
    assert.deepEqual(
      inOrder(order, titlesOf(await consumer.reached(3))),
      inOrder(order, ['one', 'two', 'three']),
    )
    assert.equal(feed.status().deadLetters, 0)
    assert.equal(feed.status().problem, undefined)
  },

  async 'a stopped consumer gets no more events and keeps its position'(subject) {
    const feed = await subject.open()
    const stopping = recordingConsumer({ name: 'stopping' })
    const other = recordingConsumer({ name: 'other' })
    const subscription = await feed.consume(stopping)
    await feed.consume(other)
    await feed.start()
    await insertDocument(subject.pool, 'one')
    await Promise.all([stopping.reached(1), other.reached(1)])
    await subscription.stop()
    await insertDocument(subject.pool, 'two')
    await other.reached(2)
    assert.equal(stopping.events.length, 1)
    await feed.stop()
    const next = recordingConsumer({ name: 'stopping' })
    await startFeed(subject, next, recordingConsumer({ name: 'other' }))
    assert.deepEqual(titlesOf(await next.reached(1)), ['two'])
  },
}
