/** How soon a commit is seen, one at a time on roles that do nothing else, against a consumer that only reads. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { stack } from '../../../testing/stack.ts'
import { within } from '../../../testing/deadline.ts'
import { calibrateClock } from '../../clock.ts'
import { ask } from '../../load.ts'
import type { Row } from '../../measurement.ts'
import { median, percentile } from '../../statistics.ts'
import { newWord } from '../../texts.ts'
import { socketUrl } from '../socket-url.ts'
import type { StackBench, StackMeasurement } from '../stack-bench.ts'
import { startWorker, type Worker } from '../worker.ts'

const LIMIT_MS = 10_000
/** Between two changes, at the most: longer than Debezium's poll, so that they fall anywhere into it. */
const PAUSE_MS = 25
const AIM = 1.2
/**
 * Between two changes that are searched for, at the least: of changes that come sooner after one another docmgr lets
 * some wait for up to 200 ms, to make them searchable together.
 */
const SEARCH_REST_MS = 250
/** Changes before those that count. */
const WARM = 10

/** Milliseconds from a commit until the baseline, and docmgr, had it. */
interface Latency {
  bare: number
  own: number
}

export const latency: StackMeasurement = {
  name: 'latency',
  async run(bench) {
    const group = `${bench.topology.names.group}-bench`
    const consumer = await startWorker('bare-consumer', stack.kafkaBrokers, bench.topics.topic, group)
    try {
      await consumer.call('start')
      const seen = watch(consumer)
      const { events, searches } = bench.scale
      const repeat = async (count: number, prepare: Await, restMs: number): Promise<Latency[]> => {
        const measured: Latency[] = []
        for (let n = -Math.min(WARM, count); n < count; n++) {
          await delay(restMs)
          const one = await measureOne(bench, seen, prepare)
          if (n >= 0) measured.push(one)
        }
        return measured
      }
      const message = await repeat(events, awaitMessage, 0)
      const searchable = await repeat(searches, awaitFound, SEARCH_REST_MS)
      const sizes = await sizesOf(bench, seen)
      const bare = [...message, ...searchable].map(({ bare }) => bare)
      return [
        ...rowsOf('commit → eachMessage of a bare kafkajs consumer', bare),
        ...rowsOf('commit → WebSocket message', message),
        ...rowsOf('commit → searchable', searchable),
        ...sizes,
      ]
    } finally {
      await consumer.call('stop').catch(() => {})
      await consumer.stop()
      await bench.topics.deleteGroup(group)
    }
  },
}

/** What the baseline saw of a row: when, and how many bytes, as key and value. */
interface Sight {
  id: string
  at: number
  bytes: number
}

/** Waits until the baseline sees a row. */
type Seen = (id: string) => Promise<Sight>

function watch(consumer: Worker): Seen {
  const waiting = new Map<string, (sight: Sight) => void>()
  consumer.onTold((told) => {
    const sight = told as Sight
    waiting.get(sight.id)?.(sight)
    waiting.delete(sight.id)
  })
  return (id) => within(LIMIT_MS, 'the bare consumer', new Promise((resolve) => waiting.set(id, resolve)))
}

/** Prepares to wait for a row of this id, whose title has this word. @returns waits, and gives the time */
type Await = (
  bench: StackBench,
  id: string,
  word: string,
  now: () => number,
) => Promise<() => Promise<number>>

/** The commit counts from its acknowledgement, in this process. */
async function measureOne(bench: StackBench, seen: Seen, prepare: Await): Promise<Latency> {
  const now = calibrateClock()
  const [id, word] = [bench.rows.newId(), newWord()]
  const arrived = await prepare(bench, id, word, now)
  const bare = seen(id)
  bare.catch(() => {})
  await delay(Math.random() * PAUSE_MS)
  await bench.rows.insert(id, `The ${word} clause`)
  const committed = now()
  const at = await arrived()
  return { own: at - committed, bare: (await bare).at - committed }
}

async function sizesOf({ rows }: StackBench, seen: Seen): Promise<Row[]> {
  const id = rows.newId()
  const title = 'Agreement on the delivery of goods'
  const created = seen(id)
  await rows.insert(id, title)
  const { bytes: creation } = await created
  const renamed = seen(id)
  await rows.rename(id, `${title}, amended`)
  const { bytes: change } = await renamed
  return [
    { measure: 'the event of a new document in Kafka', value: creation, unit: 'bytes' },
    { measure: 'the event of a changed document in Kafka', value: change, unit: 'bytes' },
  ]
}

const awaitMessage: Await = async (bench, id, _, now) => {
  const socket = new WebSocket(await socketUrl(bench, id), { perMessageDeflate: false })
  await within(LIMIT_MS, 'the greeting', once(socket, 'message'))
  const message = once(socket, 'message').then(now)
  message.catch(() => {})
  return async () => {
    const at = await within(LIMIT_MS, 'the message', message)
    socket.terminate()
    return at
  }
}

const awaitFound: Await = (bench, _, word, now) => {
  const { pool } = bench.role('search')
  // As a phrase, which nobody takes for misspelled: that would cost more each time that nothing is found.
  const path = `/search?q=${encodeURIComponent(`"${word} clause"`)}&size=1`
  return Promise.resolve(async () => {
    const end = performance.now() + LIMIT_MS
    for (;;) {
      const { body } = await ask(pool, { method: 'GET', path }, 200)
      if ((JSON.parse(body) as { total: number }).total > 0) return now()
      if (performance.now() > end) throw new Error(`waited ${LIMIT_MS} ms in vain for ${word} to be found`)
      await delay(1)
    }
  })
}

function rowsOf(measure: string, latencies: readonly number[] | readonly Latency[]): Row[] {
  return ([0.5, 0.99] as const).map((part) => {
    const row = { measure: `${measure}, p${part * 100}`, unit: 'ms' as const }
    if (typeof latencies[0] === 'number')
      return { ...row, value: percentile(latencies as number[], part), detail: `${latencies.length} commits` }
    const pairs = latencies as Latency[]
    const value = percentile(
      pairs.map(({ own }) => own),
      part,
    )
    const bare = percentile(
      pairs.map(({ bare }) => bare),
      part,
    )
    const later = median(pairs.map(({ own, bare }) => own - bare))
    const detail =
      `${pairs.length} commits, bare consumer ${bare.toFixed(1)} ms` +
      (part === 0.5 ? `; median of the differences ${later.toFixed(1)} ms` : '')
    return { ...row, value, ratio: value / bare, aim: AIM, detail }
  })
}
