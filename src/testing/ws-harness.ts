/**
 * What tests of WebSocket subscriptions share: the real role on a real feed, an HTTP server, and plain
 * WebSocket clients.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocket } from 'ws'
import { createAuthenticator } from '../auth/authenticator.ts'
import { createTokens } from '../auth/tokens.ts'
import type { Database } from '../db/database.ts'
import { createApp, createHttpMetrics } from '../http/create-app.ts'
import type { ChangeEvent } from '../domain/change.ts'
import { createLocalCluster } from '../ports/cluster/local.ts'
import type { ChangeFeed } from '../ports/changes/port.ts'
import { openWalFeed } from '../ports/changes/wal/driver.ts'
import type { WsLimits } from '../roles/ws/limits.ts'
import { createWsRole, type WsRole } from '../roles/ws/role.ts'
import { systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import type { TestDatabases } from './database.ts'
import { eventually, within } from './deadline.ts'

export const newId = createUuidV7()

export interface HarnessOptions {
  /** Uses the database and the slot of a harness that was killed. */
  after?: Harness
  limits?: Partial<WsLimits>
  mode?: 'open' | 'required'
  /** seconds */
  lifetime?: number
  /** puts something between the role and the feed */
  wrap?: (feed: ChangeFeed) => ChangeFeed
}

export interface Harness {
  role: WsRole
  feed: ChangeFeed
  slot: string
  database: Database
  /** a new row has been told when `add` returns: who connects after it hears of what happens next only */
  documents: Documents
  /** every event that the role has told its subscribers */
  events: ChangeEvent[]
  /** Breaks every connection to the server at once, wherever it is in what it sends. */
  cut(): void
  /** `http://…` */
  url: string
  token(admin?: boolean): string
  connect(documentId: string, query?: { last?: string; token?: string }): Promise<TestClient>
  /** Ends as a killed process does: nothing is finished or confirmed. */
  kill(): void
  stop(): Promise<void>
}

export async function startHarness(databases: TestDatabases, options: HarnessOptions = {}): Promise<Harness> {
  const database = options.after?.database ?? (await databases.open())
  const slot = options.after?.slot ?? `ws_${newId().replaceAll('-', '_')}`
  const feed = openWalFeed({
    database,
    log: silentLogger,
    clock: systemClock,
    slot,
    history: { maxAgeHours: 1, maxEvents: 100_000 },
  })
  const { lifetime = 3600, mode = 'open' } = options
  const secret = 's'.repeat(32)
  const tokens = createTokens({ secret, issuer: 'test', audience: 'test', lifetime }, systemClock)
  const authenticator = createAuthenticator(mode, tokens)
  const metrics = createMetrics()
  const role = createWsRole({
    feed: options.wrap?.(feed) ?? feed,
    cluster: createLocalCluster(),
    authenticator,
    log: silentLogger,
    clock: systemClock,
    newId,
    metrics,
    limits: options.limits ?? {},
  })
  const events: ChangeEvent[] = []
  await feed.consume({
    ...role.consumer,
    async handle(batch) {
      await role.consumer.handle(batch)
      events.push(...batch)
    },
  })
  await feed.start()
  await eventually('the feed to stream', () => feed.status().state === 'streaming').catch((error: Error) => {
    feed.destroy()
    throw new Error(`${error.message}: ${JSON.stringify(feed.status())}`)
  })
  const server = await listen(role, authenticator, metrics)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const port = (server.address() as AddressInfo).port
  const token = (admin = false): string => tokens.sign({ id: 'ada', email: 'ada@example.com', admin })
  const documents = createDocuments(database)
  let isKilled = false
  return {
    role,
    feed,
    slot,
    database,
    documents: {
      ...documents,
      async add(title) {
        const id = await documents.add(title)
        await eventually('the new document', () => events.some(({ key }) => key === id))
        return id
      },
    },
    events,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    url: `http://127.0.0.1:${port}`,
    token,
    connect: (documentId, query = {}) => connectClient(port, documentId, { token: token(), ...query }),
    kill() {
      isKilled = true
      feed.destroy()
      server.close()
      sockets.forEach((socket) => socket.destroy())
    },
    async stop() {
      await role.stop()
      server.closeAllConnections()
      server.close()
      await feed.stop()
      if (!isKilled) await dropSlot(database, slot)
    },
  }
}

/** PostgreSQL has few slots, and a server is shared by all tests of a file. */
async function dropSlot({ pool }: Database, slot: string): Promise<void> {
  await eventually(`slot ${slot} to be dropped`, async () => {
    await pool.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active',
      [slot],
    )
    const { rowCount } = await pool.query('select from pg_replication_slots where slot_name = $1', [slot])
    return rowCount === 0
  })
}

async function listen(
  role: WsRole,
  authenticator: ReturnType<typeof createAuthenticator>,
  metrics: ReturnType<typeof createMetrics>,
): Promise<Server> {
  const app = createApp(role.endpoints, {
    log: silentLogger,
    metrics: createHttpMetrics(metrics),
    authenticator,
    newId,
    trustedProxies: [],
  })
  const server = createServer(app.callback())
  server.on('upgrade', (request, socket, head) => {
    if (!role.upgrade(request, socket, head)) socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

export interface Documents {
  /** @returns the id of a new row */
  add(title?: string): Promise<string>
  /** Changes columns, and the version with them. */
  change(id: string, columns: Record<string, unknown>): Promise<void>
  /** @returns the signature's id */
  sign(id: string): Promise<string>
  remove(id: string): Promise<void>
}

export function createDocuments({ pool }: Database): Documents {
  return {
    async add(title = 'A title') {
      const id = newId()
      await pool.query(
        `insert into documents.documents (id, title, content_size, content_sha256, s3_key, created_by)
         values ($1, $2, 1, 'aa', 'key', 'ada@example.com')`,
        [id, title],
      )
      return id
    },
    async change(id, columns) {
      const names = Object.keys(columns)
      const sets = names.map((name, index) => `${name} = $${index + 2}`).join(', ')
      await pool.query(`update documents.documents set version = version + 1, ${sets} where id = $1`, [
        id,
        ...Object.values(columns),
      ])
    },
    async sign(id) {
      const signature = newId()
      await pool.query(
        `insert into signatures.signatures (id, document_id, signer_email, signer_name, ip_address)
         values ($1, $2, $3, 'Ada', '10.0.0.1')`,
        [signature, id, `${signature}@example.com`],
      )
      return signature
    },
    async remove(id) {
      await pool.query('delete from documents.documents where id = $1', [id])
    },
  }
}

export interface Received {
  type: string
  timestamp: string
  position?: string
  // The tests look into messages of every kind.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any
}

/** A client without any cleverness: it keeps what it gets. */
export interface TestClient {
  ws: WebSocket
  received: Received[]
  /** resolves when the connection has ended */
  closed: Promise<{ code: number; reason: string }>
  /** Waits until as many messages about changes have come. */
  changes(count: number): Promise<Received[]>
  /** Waits for a message of this type. */
  message(type: string): Promise<Received>
  send(message: unknown): void
  close(): void
}

export async function connectClient(
  port: number,
  documentId: string,
  query: Record<string, string>,
): Promise<TestClient> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/ws/${documentId}?${new URLSearchParams(query)}`)
  const received: Received[] = []
  ws.on('message', (data: Buffer) => received.push(JSON.parse(data.toString())))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    ws.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  ws.on('error', () => {})
  await within(30_000, 'the connection', once(ws, 'open'))
  const changes = (): Received[] => received.filter(isChange)
  return {
    ws,
    received,
    closed: within(30_000, 'the connection to end', closed).catch((error) => ({
      code: 0,
      reason: String(error),
    })),
    changes: (count) =>
      eventually(`${count} messages`, () => changes().length >= count && changes()).catch(() => changes()),
    message: (type) => eventually(type, () => received.find((message) => message.type === type)),
    send: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    close: () => ws.close(),
  }
}

export const isChange = ({ type }: { type: string }): boolean => /^(document|signature)\./.test(type)

/** What tells one message from another, whichever connection it came over. */
export const facts = ({ type, data }: Received): string => `${type} ${data.version ?? data.signature_id}`
