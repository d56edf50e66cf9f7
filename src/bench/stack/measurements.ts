import { create, type DescMethod, toBinary } from '@bufbuild/protobuf'
import { Client as GrpcClient, credentials } from '@grpc/grpc-js'
import { Client } from 'pg'
import { createClient } from 'redis'
import type { WebSocket } from 'ws'
import { PUBLIC_FIELDS } from '../../domain/document-fields.ts'
import { DocumentService } from '../../rpc/gen/document_pb.ts'
import { within } from '../../testing/deadline.ts'
import { ask, get, load, repeat, socketUrl, subscribe } from '../load.ts'
import type { Measurement } from '../measurement.ts'
import { measureRatio } from '../ratio.ts'
import { median } from '../table.ts'
import { users } from '../users-measurement.ts'
import { costs } from './costs.ts'
import { indexing } from './indexing.ts'
import { latency } from './latency.ts'
import type { StackBench } from './open-stack-bench.ts'
import { stackGrowth } from './stack-growth.ts'

const DOCUMENTS = 64
const LIMIT_MS = 30_000

/** A read from the cache, whose view is counted, against a Koa that does one GET in Redis. */
const cached: Measurement<StackBench> = {
  name: 'cached',
  async run(bench) {
    const ids = await bench.documents(DOCUMENTS)
    const { pid, pool } = bench.role('document')
    const { redisUrl } = bench.topology.names
    // The bytes that the document role answers, under keys that it does not touch.
    const redis = await createClient({ url: redisUrl }).connect()
    for (const id of ids)
      await redis.set(`bench:${id}`, (await ask(pool, get(`/documents/${id}`))).body, { EX: 600 })
    redis.destroy()
    let n = 0
    const next = () => get(`/documents/${ids[n++ % DOCUMENTS]}`)
    const row = await measureRatio(bench.scale, {
      measure: 'GET a cached document, its view counted',
      as: 'rate',
      bound: 0.8,
      docmgr: { pid, work: (forMs) => load(pool, forMs, { next }) },
      baseline: {
        name: 'koa',
        options: { redisUrl },
        named: 'bare Koa with one GET in Redis',
        load: (bare) => (forMs) => load(bare.pool, forMs, { next }),
      },
    })
    return [row]
  },
}

/** GetDocument and DocumentExists in turns, of documents that are in Redis, against a grpc-js that only answers as much. */
const grpc: Measurement<StackBench> = {
  name: 'grpc',
  async run(bench) {
    const requests = (await bench.documents(DOCUMENTS)).flatMap((documentId) =>
      [DocumentService.method.getDocument, DocumentService.method.documentExists].map((method) => ({
        method,
        bytes: Buffer.from(toBinary(method.input, create(method.input, { documentId }))),
      })),
    )
    const own = new GrpcClient(bench.topology.urls.grpc, credentials.createInsecure())
    const answers: Record<string, string> = {}
    for (const { method, bytes } of requests.slice(0, 2))
      answers[method.localName] = (await callRaw(own, method, bytes)).toString('base64')
    const clients = [own]
    const loadOf = (client: GrpcClient) => (forMs: number) => {
      let n = 0
      return repeat(forMs, async () => {
        const { method, bytes } = requests[n++ % requests.length]!
        return (await callRaw(client, method, bytes)) !== undefined
      })
    }
    const row = await measureRatio(bench.scale, {
      measure: 'gRPC GetDocument and DocumentExists',
      as: 'rate',
      bound: 0.7,
      docmgr: { pid: bench.role('document').pid, work: loadOf(own) },
      baseline: {
        name: 'grpc',
        options: { answers },
        named: 'bare grpc-js echo',
        load(bare) {
          clients.push(new GrpcClient(`127.0.0.1:${bare.port}`, credentials.createInsecure()))
          return loadOf(clients[1]!)
        },
      },
      detail: 'docmgr reads the document from Redis',
    }).finally(() => clients.forEach((client) => client.close()))
    return [row]
  },
}

/** A call of a client that only copies the bytes of messages. */
function callRaw(client: GrpcClient, method: DescMethod, bytes: Buffer): Promise<Buffer> {
  const asIs = (message: Buffer): Buffer => message
  const path = `/${method.parent.typeName}/${method.name}`
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest(path, asIs, asIs, bytes, { deadline: Date.now() + LIMIT_MS }, (error, answer) =>
      error ? reject(error) : resolve(answer!),
    ),
  )
}

/** One document's events, one after the other, to all its subscribers, against a loop over the clients of a `ws` server. */
const fanOut: Measurement<StackBench> = {
  name: 'fan-out',
  async run({ documents, role, rows, scale }) {
    const { clients, clientEvents, roundMs } = scale
    const [id] = await documents(1)
    const { pid, pool, url } = role('ws')
    const groups = [await openSockets(clients, await socketUrl(pool, url, id!), true)]
    const [own] = groups
    let serial = 0
    const rename = () => rows.rename(id!, `Amendment ${1_000 + (serial++ % 9_000)}`)
    const sample = await own!.sendOne(rename)
    const events = (forMs: number): number => Math.ceil((clientEvents * forMs) / roundMs)
    const row = await measureRatio(scale, {
      measure: `one document's events to ${clients} WebSocket clients`,
      as: 'rate',
      bound: 0.6,
      docmgr: { pid, work: (forMs) => own!.sendAll(events(forMs), rename) },
      baseline: {
        name: 'ws',
        named: 'bare ws loop',
        async load(bare) {
          const others = await openSockets(clients, `ws://127.0.0.1:${bare.port}`, false)
          groups.push(others)
          return (forMs) => others.sendAll(events(forMs), async () => bare.send(sample))
        },
      },
      detail: `messages of ${Buffer.byteLength(sample)} bytes, ${clientEvents} events a round`,
    }).finally(() => groups.forEach((group) => group.close()))
    return [row]
  },
}

const CONCURRENT_CONNECTS = 25

/** Runs `work` that many times, some at once. */
async function connectAll<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const opened: T[] = []
  while (opened.length < count) {
    const some = Math.min(CONCURRENT_CONNECTS, count - opened.length)
    opened.push(...(await Promise.all(Array.from({ length: some }, work))))
  }
  return opened
}

/** WebSocket clients that count what they receive. @param greets whether the server begins with a message */
async function openSockets(count: number, url: string, greets: boolean) {
  let [received, latest, onMessage] = [0, '', (): void => {}]
  const sockets = await connectAll(count, async () => {
    const socket: WebSocket = await subscribe(url, greets)
    return socket.on('message', (data: Buffer) => {
      received++
      if (received === count) latest = String(data)
      onMessage()
    })
  })
  /** Sends an event, and waits until every client has it. @returns the message */
  const sendOne = async (send: () => Promise<unknown>): Promise<string> => {
    received = 0
    const all = new Promise<void>((resolve) => (onMessage = () => received >= count && resolve()))
    await send()
    await within(LIMIT_MS, 'all messages', all)
    return latest
  }
  return {
    sendOne,
    /** The next event is only sent when every client has the one before. @returns how many messages arrived */
    async sendAll(events: number, send: () => Promise<unknown>): Promise<number> {
      for (let n = 0; n < events; n++) await sendOne(send)
      return events * count
    },
    close: () => sockets.forEach((socket) => socket.terminate()),
  }
}

const DIRECT = 20
/** The statement of a GET that finds nothing in the cache. */
const SELECT = `SELECT ${PUBLIC_FIELDS.join(', ')} FROM documents.documents WHERE id = $1 AND deleted_at IS NULL`

/** Many connections to PgBouncer that read rows by their ids, against a few to PostgreSQL itself. */
const pooling: Measurement<StackBench> = {
  name: 'pooling',
  async run({ documents, scale, topology: { names } }) {
    const ids = await documents(DOCUMENTS)
    const open = (connectionString: string) => async (): Promise<Client> => {
      const client = new Client({ connectionString, application_name: 'docmgr bench' })
      client.on('error', () => {})
      await client.connect()
      return client
    }
    const direct = await connectAll(DIRECT, open(names.directUrl))
    const pooled = await connectAll(scale.connections, open(names.databaseUrl))
    try {
      const rounds: { direct: Reads; pooled: Reads }[] = []
      for (let n = -1; n < scale.rounds; n++) {
        const round = {
          direct: await read(direct, ids, scale.roundMs),
          pooled: await read(pooled, ids, scale.roundMs),
        }
        if (n >= 0) rounds.push(round)
      }
      const of = (pick: (round: (typeof rounds)[0]) => number): number => median(rounds.map(pick))
      return [
        {
          measure: `reads by id on ${scale.connections} connections to PgBouncer`,
          value: of((round) => round.pooled.rate),
          unit: '/s',
          ratio: of((round) => round.pooled.rate / round.direct.rate),
          atLeast: 0.9,
          detail:
            `${DIRECT} direct connections ${Math.round(of((round) => round.direct.rate)).toLocaleString('en')} /s; ` +
            `slowest ${Math.max(...rounds.map((round) => round.pooled.slowestMs)).toFixed(0)} ms`,
        },
      ]
    } finally {
      await Promise.all([...direct, ...pooled].map((client) => client.end()))
    }
  },
}

interface Reads {
  /** per second */
  rate: number
  slowestMs: number
}

/** Each connection reads one row after the other. */
async function read(clients: readonly Client[], ids: readonly string[], forMs: number): Promise<Reads> {
  const begun = performance.now()
  let [done, slowestMs] = [0, 0]
  const work = async (client: Client): Promise<void> => {
    for (let now = performance.now(); now - begun < forMs; now = performance.now()) {
      const { rowCount } = await client.query(SELECT, [ids[done++ % ids.length]])
      if (rowCount !== 1) throw new Error(`a read by id found ${rowCount} rows`)
      slowestMs = Math.max(slowestMs, performance.now() - now)
    }
  }
  await Promise.all(clients.map(work))
  return { rate: (done * 1_000) / (performance.now() - begun), slowestMs }
}

/** In the order in which they run. */
export const MEASUREMENTS: readonly Measurement<StackBench>[] = [
  latency,
  cached,
  grpc,
  pooling,
  fanOut,
  costs,
  users((bench) => bench.topology.urls.http, 120),
  indexing,
  stackGrowth,
]
