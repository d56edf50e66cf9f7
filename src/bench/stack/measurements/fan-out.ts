import { setTimeout as delay } from 'node:timers/promises'
import type { Row } from '../../measurement.ts'
import { readMemory } from '../../process-files.ts'
import { measureRatio } from '../ratio.ts'
import { socketUrl } from '../socket-url.ts'
import type { StackBench, StackMeasurement } from '../stack-bench.ts'
import { startWorker, type Worker } from '../worker.ts'

const KB = 1_000

/** One document's events, one after the other, to all its subscribers, against a loop over the clients of a `ws` server. */
export const fanOut: StackMeasurement = {
  name: 'fan-out',
  async run(bench) {
    const workers = await Promise.all(
      ['bare-ws', 'ws-clients', 'ws-clients'].map((name) => startWorker(name)),
    )
    const [bare, bareClients, ownClients] = workers as [Worker, Worker, Worker]
    try {
      const { clients, clientEvents } = bench.scale
      const [id] = await bench.documents(1)
      const { pid } = bench.role('ws')
      const before = (await readMemory(pid)) ?? 0
      await ownClients.call('open', await socketUrl(bench, id!), clients)
      await ownClients.call('received', clients)
      await delay(bench.scale.restMs / 2)
      const held = ((await readMemory(pid)) ?? 0) - before
      await bareClients.call('open', `ws://127.0.0.1:${await bare.call<number>('start')}`, clients)

      let serial = 0
      const rename = () => bench.rows.rename(id!, `Amendment ${1_000 + (serial++ % 9_000)}`)
      const sample = await sendOne(ownClients, clients, rename)
      const eventsFor = (forMs: number): number => Math.ceil((clientEvents * forMs) / bench.scale.roundMs)
      const row = await measureRatio(bench.scale, {
        measure: `one document's events to ${clients} WebSocket clients`,
        atLeast: 0.6,
        named: 'bare ws loop',
        baseline: {
          pid: bare.pid,
          work: (forMs) => sendAll(bareClients, clients, eventsFor(forMs), () => bare.call('send', sample)),
        },
        docmgr: { pid, work: (forMs) => sendAll(ownClients, clients, eventsFor(forMs), rename) },
        detail: `messages of ${Buffer.byteLength(sample)} bytes, ${clientEvents} events a round`,
      })
      return [row, memoryRow(held, bench)]
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()))
    }
  },
}

/** @returns the message that the last client got */
async function sendOne(clients: Worker, count: number, send: () => Promise<void>): Promise<string> {
  await clients.call('reset')
  await send()
  return clients.call<string>('received', count)
}

/** The next event is only sent when every client has got the one before. @returns how many messages arrived */
async function sendAll(
  clients: Worker,
  count: number,
  events: number,
  send: () => Promise<void>,
): Promise<number> {
  for (let n = 0; n < events; n++) await sendOne(clients, count, send)
  return events * count
}

function memoryRow(bytes: number, { scale }: StackBench): Row {
  return {
    measure: 'RSS of ws that a WebSocket connection adds',
    value: bytes / scale.clients / KB,
    unit: 'KB',
    detail: `with ${scale.clients} of them`,
  }
}
