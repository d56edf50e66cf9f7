import assert from 'node:assert/strict'
import type { ChangeEvent } from '../../../domain/change.ts'
import type { DocumentRow } from '../../../domain/document-fields.ts'
import { type RecordingConsumer, recordingConsumer } from '../../../testing/changes.ts'
import { deferred, eventually } from '../../../testing/deadline.ts'
import { concurrentTests } from '../../../testing/concurrent-tests.ts'
import { openTestTopics } from '../../../testing/kafka-feed.ts'

const titlesOf = (events: ChangeEvent[]): string[] =>
  events.map(({ value }) => (value.after as DocumentRow).title)
const viewer = (): RecordingConsumer => recordingConsumer({ name: 'ws', delivery: 'every-instance' })
const worker = (options: Parameters<typeof recordingConsumer>[0] = {}): RecordingConsumer =>
  recordingConsumer({ name: 'indexer', topics: ['cdc.documents'], ...options })
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `t${index}`)

concurrentTests('kafka: shared consumers', 3, {
  async 'two instances share the partitions, and when one stops the other gets all of them'(t) {
    const topics = await openTestTopics(t)
    const [one, other] = [worker(), worker()]
    const first = await topics.start([one])
    await topics.start([other])
    const before = numbered(60)
    for (const title of before) await topics.write.document({ title })
    await eventually('all events', () => one.events.length + other.events.length >= before.length)
    assert.ok(one.events.length > 0 && other.events.length > 0, 'both handle some')
    await first.stop()
    const count = other.events.length
    const after = numbered(20).map((title) => `${title} later`)
    for (const title of after) await topics.write.document({ title })
    await other.reached(count + after.length)
    assert.deepEqual(titlesOf([...one.events, ...other.events]).sort(), [...before, ...after].sort())
  },

  async 'the batch in flight of a killed instance is delivered to another one'(t) {
    const topics = await openTestTopics(t)
    let inFlight = 0
    const dying = worker({ before: (events) => new Promise(() => void (inFlight += events.length)) })
    const first = await topics.start([dying])
    const titles = numbered(30)
    for (const title of titles) await topics.write.document({ title })
    await eventually('a batch in flight', () => inFlight > 0)
    first.destroy()
    const other = worker()
    await topics.start([other])
    assert.deepEqual(titlesOf(await other.reached(titles.length, 30_000)).sort(), titles.sort())
  },

  async 'a restarted instance with a name takes over at once after a crash'(t) {
    const topics = await openTestTopics(t)
    let started = 0
    const dying = worker({ before: (events) => new Promise(() => void (started += events.length)) })
    const options = { instance: 'a', timings: { sessionMs: 60_000 } }
    const first = await topics.start([dying], options)
    await topics.write.document({ title: 'one' })
    await eventually('a batch in flight', () => started > 0)
    first.destroy()
    const next = worker()
    await topics.start([next], options)
    assert.deepEqual(titlesOf(await next.reached(1)), ['one'])
  },

  async 'a rebalance waits for a batch that takes longer than a session, which is neither lost nor repeated'(
    t,
  ) {
    const topics = await openTestTopics(t)
    const { promise, resolve } = deferred()
    let inFlight = 0
    const one = worker({ before: (events) => ((inFlight += events.length), promise) })
    await topics.start([one])
    const before = numbered(12)
    for (const title of before) await topics.write.document({ title })
    await eventually('a batch in flight', () => inFlight > 0)
    const other = worker()
    const starting = topics.start([other])
    // Longer than a session after the heartbeat that tells of the rebalance, too.
    setTimeout(resolve, 12_000)
    await starting
    const after = numbered(20).map((title) => `${title} later`)
    for (const title of after) await topics.write.document({ title })
    await eventually('the batch in flight to end', () => one.events.length > 0)
    await eventually('all events', () => one.events.length + other.events.length >= 32)
    assert.deepEqual(titlesOf([...one.events, ...other.events]).sort(), [...before, ...after].sort())
  },

  async 'a malformed record goes to the dead letters, and the consumer goes on'(t) {
    const topics = await openTestTopics(t)
    const consumer = worker()
    await topics.start([consumer])
    const id = await topics.write.document({ title: 'before' })
    await topics.write.raw(id, '{"op":"c","after":')
    await topics.write.raw(id, '{"op":"x","source":{"ts_ms":1}}')
    await topics.write.document({ id, title: 'after', op: 'u', version: 2 })
    assert.deepEqual(titlesOf(await consumer.reached(2)), ['before', 'after'])
    const letters = (await topics.deadLetters()) as {
      consumer: string
      record: { value: string }
      error: string
    }[]
    assert.deepEqual(
      letters.map(({ consumer: name, record }) => [name, Buffer.from(record.value, 'base64').toString()]),
      [
        ['indexer', '{"op":"c","after":'],
        ['indexer', '{"op":"x","source":{"ts_ms":1}}'],
      ],
    )
    assert.match(letters[1]!.error, /op "x" is unknown/)
  },

  async 'a feed waits for missing topics and delivers everything written to them'(t) {
    const topics = await openTestTopics(t, { missing: true })
    const [shared, every] = [worker(), viewer()]
    const feed = await topics.start([shared, every])
    assert.equal(feed.status().state, 'starting')
    assert.match(feed.status().problem!, /docmgr cdc apply/)
    await topics.createTopics()
    await topics.write.document({ title: 'first' })
    assert.deepEqual(titlesOf(await every.reached(1)), ['first'])
    assert.deepEqual(titlesOf(await shared.reached(1)), ['first'])
    assert.equal(feed.status().state, 'streaming')
    assert.equal(feed.status().problem, undefined)
    assert.deepEqual(every.resets, [])
  },

  async 'partitions that are added are read'(t) {
    const topics = await openTestTopics(t)
    const [shared, every] = [worker(), viewer()]
    await topics.start([shared, every])
    await topics.addPartitions(6)
    const titles = numbered(40)
    for (const title of titles) await topics.write.document({ title })
    assert.deepEqual(titlesOf(await shared.reached(titles.length)).sort(), titles.sort())
    assert.deepEqual(titlesOf(await every.reached(titles.length)).sort(), titles.sort())
  },

  async 'the lag counts what was not done'(t) {
    const topics = await openTestTopics(t)
    const { promise, resolve } = deferred()
    const feed = await topics.start([worker({ before: () => promise })])
    for (const title of numbered(10)) await topics.write.document({ title })
    await eventually('the lag', () => feed.status().lagEvents === 10)
    resolve()
    await eventually('no lag', () => feed.status().lagEvents === 0)
  },
})
