/** How soon a commit is seen, one at a time on roles that do nothing else, against a consumer that only reads. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { stack } from '../../../testing/stack.ts'
import { within } from '../../../testing/deadline.ts'
import type { Row } from '../../measurement.ts'
import { type Await, comparedRowsOf, type Latency, measureCommit, rowsOf } from '../commit-latency.ts'
import { measureSearchable, searchableRows } from '../searchable.ts'
import { type Observe, observeBaseline } from '../baseline-observer.ts'
import { socketUrl } from '../socket-url.ts'
import type { StackBench, StackMeasurement } from '../stack-bench.ts'
import { startWorker } from '../worker.ts'

const LIMIT_MS = 10_000
/** Changes before those that count. */
const WARM = 10

export const latency: StackMeasurement = {
  name: 'latency',
  async run(bench) {
    const group = `${bench.topology.names.group}-bench`
    const consumer = await startWorker('bare-consumer', stack.kafkaBrokers, bench.topics.topic, group)
    try {
      await consumer.call('start')
      const seen = observeBaseline(consumer)
      const { events } = bench.scale
      const messages: Latency[] = []
      for (let n = -Math.min(WARM, events); n < events; n++) {
        const one = await measureCommit(bench, seen, awaitMessage)
        if (n >= 0) messages.push(one)
      }
      const searchable = await measureSearchable(bench, seen)
      const sizes = await sizesOf(bench, seen)
      const bare = [...messages, ...searchable.pairs].map((pair) => pair.bare)
      return [
        ...rowsOf('commit → eachMessage of a bare kafkajs consumer', bare),
        ...comparedRowsOf('commit → WebSocket message', messages),
        ...searchableRows(searchable),
        ...sizes,
      ]
    } finally {
      await consumer.call('stop').catch(() => {})
      await consumer.stop()
      await bench.topics.deleteGroup(group)
    }
  },
}

async function sizesOf({ rows }: StackBench, seen: Observe): Promise<Row[]> {
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

const awaitMessage: Await = async (bench, { id, now }) => {
  const socket = new WebSocket(await socketUrl(bench, id), { perMessageDeflate: false })
  await within(LIMIT_MS, 'the greeting', once(socket, 'message'))
  const message = once(socket, 'message').then(now)
  message.catch(() => {})
  return async () => {
    const at = await within(LIMIT_MS, 'the message', message)
    socket.terminate()
    return { at }
  }
}
