import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent } from '../../../domain/change.ts'
import { type RecordingConsumer, recordingConsumer } from '../../../testing/changes.ts'
import { eventually } from '../../../testing/deadline.ts'
import { openTestTopics, type TestTopics } from '../../../testing/kafka-feed.ts'

/** Milliseconds that events may wait longer while a group rebalances. */
const REBALANCE_LIMIT_MS = 3_000
/** 99th percentile of resuming from Kafka's log, milliseconds. */
const RESUME_LIMIT_MS = 1_000

/** Writes an event every 20 ms, and knows when each was written. */
function writeSteadily({ write }: TestTopics) {
  const writtenAt = new Map<string, number>()
  const writing = new Set<Promise<unknown>>()
  const timer = setInterval(() => {
    const title = `t${writtenAt.size}`
    writtenAt.set(title, performance.now())
    writing.add(write.document({ title }))
  }, 20)
  return {
    writtenAt,
    async stop() {
      clearInterval(timer)
      await Promise.all(writing)
    },
  }
}

test('a rebalance pauses the events for at most 3 s, and repeats none', async (t) => {
  const topics = await openTestTopics(t)
  const { writtenAt, stop } = writeSteadily(topics)
  const handled: string[] = []
  let slowest = 0
  const worker = (): RecordingConsumer =>
    recordingConsumer({
      name: 'indexer',
      topics: ['cdc.documents'],
      before: async (events: ChangeEvent[]) => {
        await new Promise((resolve) => setTimeout(resolve, 100))
        for (const { value } of events) {
          const { title } = value.after as { title: string }
          handled.push(title)
          slowest = Math.max(slowest, performance.now() - writtenAt.get(title)!)
        }
      },
    })
  /** @returns the longest time from a write to its handling, until one that was written afterwards is handled */
  const slowestDuring = async (change: () => Promise<unknown>): Promise<number> => {
    slowest = 0
    await change()
    const last = `t${writtenAt.size}`
    await eventually(`${last} to be handled`, () => handled.includes(last), 30_000)
    return Math.round(slowest)
  }
  // The product's own timings.
  const timings = { sessionMs: 10_000, heartbeatMs: 1_000, refreshMs: 30_000 }
  await topics.start([worker()], { timings })
  await slowestDuring(async () => {})
  const steady = await slowestDuring(async () => {})
  const joining = await slowestDuring(() => topics.start([worker()], { timings }))
  const third = await topics.start([worker()], { timings })
  const leaving = await slowestDuring(() => third.stop())
  await stop()
  await eventually('all events', () => handled.length >= writtenAt.size)
  t.diagnostic(`write to handled: ${steady} ms, while an instance joins ${joining} ms, leaves ${leaving} ms`)
  assert.equal(handled.length, new Set(handled).size)
  assert.ok(joining < REBALANCE_LIMIT_MS && leaving < REBALANCE_LIMIT_MS)
})

test('resuming from the log takes at most 1 s, one at a time and for many at once', async (t) => {
  const topics = await openTestTopics(t)
  const consumer = recordingConsumer({ name: 'ws', delivery: 'every-instance' })
  const feed = await topics.start([consumer], { buffer: { events: 10 } })
  const id = await topics.write.document()
  const start = feed.position()
  const others = 2_000
  await Promise.all(Array.from({ length: others }, () => topics.write.document()))
  await topics.write.document({ id, op: 'u', version: 2 })
  await consumer.reached(others + 2, 60_000)
  const resume = async (): Promise<number> => {
    const begun = performance.now()
    const replay = await feed.replay(id, start, 10)
    assert.ok(replay.kind === 'events' && replay.events.length >= 1)
    return performance.now() - begun
  }
  const times: number[] = []
  for (let count = 0; count < 50; count++) times.push(await resume())
  times.push(...(await Promise.all(Array.from({ length: 100 }, resume))))
  times.sort((one, other) => one - other)
  const percentile = (share: number): number => Math.round(times[Math.ceil(times.length * share) - 1]!)
  t.diagnostic(`resume over ${others} records: p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms`)
  assert.ok(percentile(0.99) < RESUME_LIMIT_MS)
})
