import assert from 'node:assert/strict'
import { type ChangeEvent, documentIdOf } from '../../../domain/change.ts'
import type { DocumentRow } from '../../../domain/document-fields.ts'
import {
  insertDocument,
  type RecordingConsumer,
  recordingConsumer,
  startConsumers,
} from '../../../testing/changes.ts'
import { eventually } from '../../../testing/deadline.ts'
import { concurrentTests } from '../../../testing/concurrent-tests.ts'
import { openTestKafka, openTestTopics } from '../../../testing/kafka-feed.ts'
import type { Replay } from '../port.ts'

const viewer = (): RecordingConsumer => recordingConsumer({ name: 'ws', delivery: 'every-instance' })
const idsOf = (events: ChangeEvent[]): string[] =>
  events.map(({ topic, key, value }) => {
    const version = (value.after as DocumentRow).version
    return topic === 'cdc.documents' ? `${key} ${version}` : key
  })

function eventsOf(replay: Replay): ChangeEvent[] {
  assert.equal(replay.kind, 'events', replay.kind === 'reset' ? replay.reason : '')
  return (replay as Replay & { kind: 'events' }).events
}

concurrentTests('kafka: resume', 3, {
  async 'every instance sees everything, and a position of one is good on the other'(t) {
    const topics = await openTestTopics(t)
    const [here, there] = [viewer(), viewer()]
    const one = await topics.start([here])
    const id = await topics.write.document()
    await here.reached(1)
    const other = await topics.start([there])
    const start = one.position()
    for (let version = 2; version <= 5; version++) {
      await topics.write.document({ id, op: 'u', version })
      await topics.write.document()
      await topics.write.signature(id)
    }
    const [seenHere, seenThere] = [await here.reached(13), await there.reached(12)]
    const ofId = (events: ChangeEvent[]): ChangeEvent[] =>
      events.filter((event) => documentIdOf(event) === id)
    const all = ofId(seenHere.slice(1))
    assert.deepEqual(idsOf(ofId(seenThere)).sort(), idsOf(all).sort())

    // A client that changes the instance after every event gets each event once, although their orders differ.
    const got: ChangeEvent[] = []
    let place = start
    for (let feed = other; ; feed = feed === one ? other : one) {
      const [next] = eventsOf(await feed.replay(id, place, 100))
      if (!next) break
      assert.ok(got.every((event) => feed.covers(next.position, event)))
      got.push(next)
      place = next.position
    }
    assert.deepEqual(idsOf(got).sort(), idsOf(all).sort())
    const versions = got
      .filter(({ topic }) => topic === 'cdc.documents')
      .map(({ value }) => (value.after as DocumentRow).version)
    assert.deepEqual(versions, [2, 3, 4, 5])
  },

  async 'events older than the buffer are replayed from Kafka, for many requests at once'(t) {
    const topics = await openTestTopics(t)
    const consumer = viewer()
    const feed = await topics.start([consumer], { buffer: { events: 10 } })
    const start = feed.position()
    const ids = await Promise.all(Array.from({ length: 8 }, () => topics.write.document()))
    for (const id of ids) {
      await topics.write.document({ id, op: 'u', version: 2 })
      await topics.write.signature(id)
    }
    const seen = await consumer.reached(24)
    const replays = await Promise.all(ids.map((id) => feed.replay(id, start, 100)))
    for (const [index, replay] of replays.entries()) {
      const expected = seen.filter((event) => documentIdOf(event) === ids[index])
      assert.deepEqual(idsOf(eventsOf(replay)).sort(), idsOf(expected).sort())
      for (const event of expected) assert.ok(feed.covers(eventsOf(replay).at(-1)!.position, event))
    }
    assert.equal((await feed.replay(ids[0]!, start, 2)).kind, 'reset')
  },

  async 'a position further back than the limit is a reset'(t) {
    const topics = await openTestTopics(t)
    const consumer = viewer()
    const feed = await topics.start([consumer], { buffer: { events: 5 }, logReplay: { records: 10 } })
    const start = feed.position()
    const id = await topics.write.document()
    for (let count = 0; count < 20; count++) await topics.write.document()
    await consumer.reached(21)
    assert.deepEqual(await feed.replay(id, start, 100), { kind: 'reset', reason: 'the position is too old' })
  },

  async 'positions beyond the end, and from before the topics were created again, are answered with a reset'(
    t,
  ) {
    const topics = await openTestTopics(t)
    const consumer = viewer()
    const feed = await topics.start([consumer])
    const id = await topics.write.document()
    const [event] = await consumer.reached(1)
    const [identity, place] = event!.position.split('.')
    const ahead = await feed.replay(id, `${identity}.${place}.D.D.D..A.A.A`, 10)
    assert.deepEqual(ahead, { kind: 'reset', reason: 'the position is in the future' })
    await topics.removeTopics()
    await topics.createTopics()
    await eventually('the reset', () => consumer.resets.length > 0, 20_000)
    await eventually('the feed to stream', () => feed.status().state === 'streaming', 20_000)
    assert.equal((await feed.replay(id, event!.position, 10)).kind, 'reset')
    await topics.write.document({ title: 'again' })
    await consumer.reached(2)
  },

  async 'a reset has a position to resume from, and what is written after it is delivered'(t) {
    const topics = await openTestTopics(t)
    const consumer = viewer()
    const feed = await topics.open()
    assert.ok(feed.isPosition(feed.position()), 'before the start')
    const resets: { position: string; written: Promise<string> }[] = []
    const onReset = (): void => {
      resets.push({ position: feed.position(), written: topics.write.document() })
    }
    await startConsumers(feed, [{ ...consumer, onReset }])
    await topics.removeTopics()
    await topics.createTopics()
    const { position, written } = await eventually('the reset', () => resets[0], 20_000)
    await consumer.reached(1, 20_000)
    assert.deepEqual(idsOf(eventsOf(await feed.replay(await written, position, 10))), [`${await written} 1`])
    assert.equal(resets.length, 1)
  },

  async 'a snapshot after events is a reset, the first snapshot is not'(t) {
    const topics = await openTestTopics(t)
    const consumer = viewer()
    const feed = await topics.start([consumer])
    const start = feed.position()
    const id = await topics.write.document({ op: 'r', lsn: 500 })
    await topics.write.document({ id, op: 'u', version: 2 })
    await consumer.reached(1)
    assert.deepEqual(consumer.resets, [])
    assert.equal(eventsOf(await feed.replay(id, start, 10)).length, 1)
    await topics.write.document({ id, op: 'r', version: 5, lsn: 9_000 })
    await topics.write.document({ op: 'r', lsn: 9_000 })
    await topics.write.document({ id, op: 'u', version: 6, lsn: 9_001 })
    await consumer.reached(2)
    assert.equal(consumer.resets.length, 1)
    assert.equal((await feed.replay(id, start, 10)).kind, 'reset')
    assert.deepEqual(idsOf(consumer.events), [`${id} 2`, `${id} 6`])
  },

  async 'changes that a connector repeats are delivered and replayed once'(t) {
    const topics = await openTestTopics(t)
    const [here, shared] = [viewer(), recordingConsumer({ name: 'indexer' })]
    const feed = await topics.start([here, shared], { buffer: { events: 3 } })
    const start = feed.position()
    const changes = [1, 2, 3, 4].map(
      (version) => ({ version, op: version === 1 ? 'c' : 'u', lsn: 2_000 + version }) as const,
    )
    const id = await topics.write.document(changes[0])
    for (const change of [...changes.slice(1), ...changes.slice(1)])
      await topics.write.document({ ...change, id })
    await topics.write.document({ id, op: 'u', version: 5, lsn: 2_005 })
    const expected = [1, 2, 3, 4, 5].map((version) => `${id} ${version}`)
    assert.deepEqual(idsOf(await here.reached(5)), expected)
    assert.deepEqual(idsOf(await shared.reached(5)), expected)
    assert.deepEqual(idsOf(eventsOf(await feed.replay(id, start, 10))), expected)
    const late = await topics.start([viewer()])
    assert.deepEqual(idsOf(eventsOf(await late.replay(id, start, 10))), expected)
  },

  async 'a restarted connector is followed, and one that starts over is a reset'(t) {
    const kafka = await openTestKafka(t)
    await kafka.prepare()
    const consumer = viewer()
    const feed = await kafka.start([consumer])
    const insert = async (title: string): Promise<void> => {
      await insertDocument(kafka.pool, title)
    }
    await insert('before')
    await consumer.reached(1)
    const position = feed.position()
    await kafka.connector.restart()
    await insert('between')
    await consumer.reached(2)
    assert.deepEqual(consumer.resets, [])
    await kafka.connector.startOver()
    await insert('after')
    await consumer.reached(3)
    assert.equal(consumer.resets.length, 1)
    assert.equal((await feed.replay(consumer.events[0]!.key, position, 10)).kind, 'reset')
  },
})
