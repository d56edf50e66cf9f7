/**
 * How soon a commit is seen, one at a time on roles that do nothing else; it counts from its acknowledgement. The baseline,
 * in this process, is a kafkajs consumer with its defaults that only notes when it saw which row.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { within } from '../../testing/deadline.ts'
import { stack } from '../../testing/stack.ts'
import { askJson, get, socketUrl, subscribe, until } from '../load.ts'
import type { Measurement, Row } from '../measurement.ts'
import { percentile } from '../table.ts'
import { newWord } from '../texts.ts'
import type { StackBench } from './open-stack-bench.ts'

const LIMIT_MS = 10_000
/** Longest pause before a change: longer than Debezium's poll, so that changes fall anywhere into it. */
const PAUSE_MS = 25
/** Shortest pause before a change that is searched for. */
const REST_MS = 75
/** Between two looks into the index. */
const LOOK_MS = 2
/** Changes before those that count. */
const WARM = 10
const AIM = 1.2

export const latency: Measurement<StackBench> = {
  name: 'latency',
  async run(bench) {
    const { names } = bench.topology
    const seen = new Map<string, (at: number) => void>()
    const stopConsumer = await consume(`${names.prefix}.documents`, `${names.group}-bench`, (id) =>
      seen.get(id)?.(performance.now()),
    )
    const commit: Commit = async (id, write) => {
      const arrival = new Promise<number>((resolve) => seen.set(id, resolve))
      await delay(Math.random() * PAUSE_MS)
      await write()
      const at = performance.now()
      return { at, bare: (await within(LIMIT_MS, 'the consumer', arrival)) - at }
    }
    try {
      const messages = await repeat(bench.scale.events, () => untilMessage(bench, commit))
      const found = await repeat(bench.scale.searches, () => untilFound(bench, commit))
      const ownOf = (all: Times[]): number[] => all.map(({ own }) => own)
      const bareOf = (all: Times[]): number[] => all.map(({ bare }) => bare)
      return [
        ...rowsOf('commit → eachMessage of a bare kafkajs consumer', bareOf([...messages, ...found])),
        ...rowsOf('commit → WebSocket message', ownOf(messages), bareOf(messages)),
        ...rowsOf('commit → searchable', ownOf(found), bareOf(found)),
      ]
    } finally {
      await stopConsumer()
    }
  },
}

/** Commits a change of a row. @returns when, and after how many milliseconds the consumer saw it */
type Commit = (id: string, write: () => Promise<void>) => Promise<{ at: number; bare: number }>

/** Milliseconds from a commit until the consumer, and docmgr, had it. */
interface Times {
  bare: number
  own: number
}

async function repeat<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let n = -Math.min(WARM, count); n < count; n++) {
    const result = await work()
    if (n >= 0) results.push(result)
  }
  return results
}

async function untilMessage({ role, rows }: StackBench, commit: Commit): Promise<Times> {
  const id = rows.newId()
  const { pool, url } = role('ws')
  // Only a document that exists has subscribers, and its creation may still be on its way to them.
  await commit(id, () => rows.insert([id], ['A clause']))
  const socket = await subscribe(await socketUrl(pool, url, id))
  const message = new Promise<number>((resolve) =>
    socket.on('message', (bytes) => {
      if (String(bytes).includes('"document.updated"')) resolve(performance.now())
    }),
  )
  const { at, bare } = await commit(id, () => rows.rename(id, `The ${newWord()} clause`))
  const own = (await within(LIMIT_MS, 'the message', message)) - at
  socket.terminate()
  return { bare, own }
}

/**
 * Searched for through docmgr once a look into the index has seen the row: a search costs the role 2 ms of CPU and
 * Elasticsearch 4, and repeated ones slow down the refresh that they wait for, here to twice its time.
 */
async function untilFound(
  { role, rows, elasticsearch, topology }: StackBench,
  commit: Commit,
): Promise<Times> {
  await delay(REST_MS)
  const [id, word] = [rows.newId(), newWord()]
  const path = `/search?q=${encodeURIComponent(`"${word} clause"`)}&size=1`
  const isFound = async (): Promise<boolean> =>
    (await askJson<{ total: number }>(role('search').pool, get(path))).total > 0
  // A client that searches repeatedly has had the new word stemmed by then.
  if (await isFound()) throw new Error(`${word} is found before it is there`)
  const { at, bare } = await commit(id, () => rows.insert([id], [`The ${word} clause`]))
  await until('the row to be visible', LOOK_MS, () => elasticsearch.finds(topology.names.index, id))
  await until('the row to be found', LOOK_MS, isFound)
  return { bare, own: performance.now() - at }
}

/** Calls back with the id of each new event's row. @returns stops it and deletes the group */
async function consume(
  topic: string,
  groupId: string,
  onRow: (id: string) => void,
): Promise<() => Promise<void>> {
  const kafka = new Kafka({ brokers: stack.kafkaBrokers.split(','), logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: false })
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({
    eachMessage: async ({ message }) =>
      onRow((JSON.parse(String(message.value)) as { after: { id: string } }).after.id),
  })
  await joined
  return async () => {
    await consumer.disconnect()
    const admin = kafka.admin()
    await admin.deleteGroups([groupId]).finally(() => admin.disconnect())
  }
}

/** p50 and p99; with a baseline, as multiples of its latencies. */
function rowsOf(measure: string, own: number[], bare?: number[]): Row[] {
  return [0.5, 0.99].map((part) => {
    const [value, count] = [percentile(own, part), `${own.length} commits`]
    const row = { measure: `${measure}, p${part * 100}`, value, unit: 'ms', detail: count } as const
    if (!bare) return row
    const baseline = percentile(bare, part)
    return {
      ...row,
      ratio: value / baseline,
      aim: AIM,
      detail: `${count}, bare consumer ${baseline.toFixed(1)} ms`,
    }
  })
}
