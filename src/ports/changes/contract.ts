import assert from 'node:assert/strict'
import { type TestContext, suite, test } from 'node:test'
import type { Pool } from 'pg'
import { type ChangeEvent, documentIdOf } from '../../domain/change.ts'
import { DomainError } from '../../domain/errors.ts'
import { insertDocument, insertSignature, recordingConsumer } from '../../testing/changes.ts'
import { eventually } from '../../testing/deadline.ts'
import type { ChangeFeed, Consumer } from './port.ts'

export interface ChangeFeedHarness {
  /**
   * What the order of the events holds for: `feed`, everything, as it was committed; or `document`, the events of one
   * topic about one document.
   */
  order: 'feed' | 'document'
  /** An empty, migrated database of its own, which goes with everything opened on it when the test ends. */
  create(t: TestContext): Promise<ChangeFeedSubject>
}

export interface ChangeFeedSubject {
  pool: Pool
  /** A feed on the database: the first, or the one after a stop or a crash. */
  open(): Promise<ChangeFeed>
  /** Ends the feed as if its process had been killed. */
  crash(feed: ChangeFeed): void
  /** What no consumer could handle. */
  deadLetters(): Promise<{ consumer: string; event: ChangeEvent; error: string }[]>
}

async function begin(subject: ChangeFeedSubject, ...consumers: Consumer[]): Promise<ChangeFeed> {
  const feed = await subject.open()
  for (const consumer of consumers) await feed.consume(consumer)
  await feed.start()
  return feed
}

const titlesOf = (events: ChangeEvent[]): string[] =>
  events.map(({ value }) => String((value.after ?? value.before)!['title' as never]))

const versionsOf = (events: ChangeEvent[], id: string): number[] =>
  events.flatMap(({ topic, key, value }) =>
    topic === 'cdc.documents' && key === id ? [value.after!.version] : [],
  )

/** What every adapter of the change feed does. */
export function changeFeedContract(name: string, harness: ChangeFeedHarness): void {
  const ordered = <T>(items: T[]): T[] => (harness.order === 'feed' ? items : [...items].sort())

  suite(`change feed: ${name}`, () => {
    test('creates, updates and deletes arrive as Debezium writes them', async (t) => {
      const subject = await harness.create(t)
      const consumer = recordingConsumer()
      await begin(subject, consumer)
      const id = await insertDocument(subject.pool, 'Sales "Ünïcode" Agreement')
      await subject.pool.query(`update documents.documents set status = 'signed' where id = $1`, [id])
      await subject.pool.query('delete from documents.documents where id = $1', [id])
      const signature = await insertSignature(subject.pool, id)
      await consumer.reached(4)
      const of = (topic: string): ChangeEvent[] => consumer.events.filter((event) => event.topic === topic)
      const [created, updated, deleted] = of('cdc.documents')
      const [signed] = of('cdc.signatures')

      const all =
        harness.order === 'feed' ? consumer.events : [...of('cdc.documents'), ...of('cdc.signatures')]
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
    })

    test('rows that were there before arrive once as reads, the last one marked', async (t) => {
      const subject = await harness.create(t)
      const first = await insertDocument(subject.pool, 'first')
      await insertDocument(subject.pool, 'second')
      await insertSignature(subject.pool, first)
      const consumer = recordingConsumer()
      const feed = await begin(subject, consumer)
      await consumer.reached(3)
      assert.deepEqual(
        consumer.events.map(({ value }) => value.op),
        ['r', 'r', 'r'],
      )
      const marks = consumer.events.map(({ value }) => value.source.snapshot)
      if (harness.order === 'feed') assert.deepEqual(marks, ['first', 'true', 'last'])
      for (const once of ['first', 'last'])
        assert.equal(marks.filter((mark) => mark === once).length, 1, once)
      assert.ok(!marks.includes('false'))
      assert.deepEqual(consumer.resets, [])
      await insertDocument(subject.pool, 'third')
      await consumer.reached(4)
      await feed.stop()

      const again = recordingConsumer()
      await begin(subject, again)
      await insertDocument(subject.pool, 'fourth')
      // A stop between a change and its commit brings the change again.
      await eventually('the fourth', () => titlesOf(again.events).includes('fourth'))
      assert.ok(again.events.every(({ value }) => value.op === 'c'))
      assert.deepEqual(again.resets, [])
    })

    test('a consumer that is new begins with a snapshot', async (t) => {
      const subject = await harness.create(t)
      const feed = await begin(subject, recordingConsumer())
      await insertDocument(subject.pool, 'before')
      await feed.stop()
      const late = recordingConsumer({ name: 'late' })
      await begin(subject, recordingConsumer(), late)
      assert.deepEqual(titlesOf(await late.reached(1)), ['before'])
    })

    test('nothing is missing and each row is in order when transactions interleave', async (t) => {
      const subject = await harness.create(t)
      const consumer = recordingConsumer({ maxBatch: 7 })
      await begin(subject, consumer)
      const ids = await Promise.all(['a', 'b', 'c', 'd'].map((title) => insertDocument(subject.pool, title)))
      const writer = async (seed: number): Promise<void> => {
        for (let round = 0; round < 25; round++) {
          const client = await subject.pool.connect()
          // Rows in one order, so that transactions wait for each other and never lock each other out.
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
    })

    test('what was handled before a stop does not come again, what was not does after a crash', async (t) => {
      const subject = await harness.create(t)
      const done = recordingConsumer()
      const feed = await begin(subject, done)
      await insertDocument(subject.pool, 'done')
      await done.reached(1)
      await feed.stop()

      let seen = 0
      const stuck = recordingConsumer({ before: () => new Promise(() => void seen++) })
      const crashing = await begin(subject, stuck)
      await insertDocument(subject.pool, 'in hand')
      await eventually('the batch in hand', () => seen > 0)
      await insertDocument(subject.pool, 'not yet')
      subject.crash(crashing)

      const next = recordingConsumer()
      await begin(subject, next)
      assert.deepEqual(ordered(titlesOf(await next.reached(2))), ordered(['in hand', 'not yet']))
    })

    test('an event that cannot be handled goes to the dead letters, and the others are handled', async (t) => {
      const subject = await harness.create(t)
      const consumer = recordingConsumer({
        before: (events) => {
          if (titlesOf(events).includes('poison')) throw new Error('it does not agree with me')
        },
      })
      const other = recordingConsumer({ name: 'other' })
      const feed = await begin(subject, consumer, other)
      const titles = ['one', 'two', 'poison', 'three', 'four']
      const client = await subject.pool.connect()
      await client.query('begin')
      for (const title of titles) await insertDocument(client, title)
      await client.query('commit')
      client.release()

      assert.deepEqual(ordered(titlesOf(await other.reached(5))), ordered(titles))
      const others = ['one', 'two', 'three', 'four']
      assert.deepEqual(ordered(titlesOf(await consumer.reached(4))), ordered(others))
      await eventually('the dead letter', () => feed.status().deadLetters === 1)
      const letters = await subject.deadLetters()
      assert.deepEqual(
        letters.map(({ consumer, event }) => [consumer, titlesOf([event])]),
        [['recorder', ['poison']]],
      )
      assert.match(letters[0]!.error, /it does not agree with me/)
    })

    test('a consumer whose server is unavailable gets everything later, and the others need not wait', async (t) => {
      const subject = await harness.create(t)
      let available = false
      const consumer = recordingConsumer({
        before: () => {
          if (!available) throw new DomainError('unavailable', 'the index cannot be reached')
        },
      })
      const other = recordingConsumer({ name: 'other' })
      const feed = await begin(subject, consumer, other)
      for (const title of ['one', 'two', 'three']) await insertDocument(subject.pool, title)
      await other.reached(3)
      await eventually('the problem', () => feed.status().problem?.includes('the index cannot be reached'))
      assert.deepEqual(consumer.events, [])
      available = true
      assert.deepEqual(ordered(titlesOf(await consumer.reached(3))), ordered(['one', 'two', 'three']))
      assert.equal(feed.status().deadLetters, 0)
      assert.equal(feed.status().problem, undefined)
    })

    test('a consumer that has stopped gets no more and keeps its place', async (t) => {
      const subject = await harness.create(t)
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
      await begin(subject, next, recordingConsumer({ name: 'other' }))
      assert.deepEqual(titlesOf(await next.reached(1)), ['two'])
    })

    test('a reader who was away gets exactly what happened to its document since', async (t) => {
      const subject = await harness.create(t)
      const consumer = recordingConsumer({ delivery: 'every-instance' })
      const feed = await begin(subject, consumer)
      const [id, other] = [await insertDocument(subject.pool), await insertDocument(subject.pool)]
      await consumer.reached(2)
      const away = feed.position()
      for (const document of [id, other, id]) {
        await subject.pool.query(`update documents.documents set title = 'new' where id = $1`, [document])
      }
      await insertSignature(subject.pool, id)
      await consumer.reached(6)

      const missed = consumer.events.slice(2).filter((event) => documentIdOf(event) === id)
      assert.deepEqual(await feed.replay(id, away, 10), { kind: 'events', events: missed })
      assert.deepEqual(await feed.replay(id, missed[0]!.position, 10), {
        kind: 'events',
        events: missed.slice(1),
      })
      assert.deepEqual(await feed.replay(id, away, 3), { kind: 'events', events: missed })
      assert.deepEqual(await feed.replay(id, feed.position(), 10), { kind: 'events', events: [] })
      assert.equal((await feed.replay(id, away, 2)).kind, 'reset')
    })

    test('a reader who begins at the oldest position gets the whole history of its document', async (t) => {
      const subject = await harness.create(t)
      const consumer = recordingConsumer({ delivery: 'every-instance' })
      const feed = await begin(subject, consumer)
      const id = await insertDocument(subject.pool)
      await subject.pool.query(`update documents.documents set title = 'new' where id = $1`, [id])
      await consumer.reached(2)
      const oldest = await feed.oldest()
      for (const event of consumer.events) assert.equal(feed.covers(oldest, event), false)
      assert.deepEqual(await feed.replay(id, oldest, 10), { kind: 'events', events: consumer.events })
    })

    test('a position stays good over a restart', async (t) => {
      const subject = await harness.create(t)
      const consumer = recordingConsumer({ delivery: 'every-instance' })
      const feed = await begin(subject, consumer)
      const id = await insertDocument(subject.pool)
      await consumer.reached(1)
      const position = feed.position()
      await subject.pool.query(`update documents.documents set title = 'new' where id = $1`, [id])
      await consumer.reached(2)
      await feed.stop()
      const next = await begin(subject, recordingConsumer({ delivery: 'every-instance' }))
      const replay = await next.replay(id, position, 10)
      assert.deepEqual(replay.kind === 'events' && versionsOf(replay.events, id), [2])
    })

    test('a position covers the events up to it, and none of a feed that it does not know', async (t) => {
      const subject = await harness.create(t)
      const consumer = recordingConsumer({ delivery: 'every-instance' })
      const feed = await begin(subject, consumer)
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
    })
  })
}
