/** What tests of WebSocket subscriptions share: the ws role on a real feed, rows to change, and plain clients. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Database } from '../db/database.ts'
import type { ChangeFeed } from '../ports/changes/port.ts'
import type { WsLimits } from '../roles/ws/limits.ts'
import type { TestDatabases } from './database.ts'
import { eventually, within } from './deadline.ts'
import { newId, startTestService } from './test-service.ts'

export { newId }

export interface HarnessOptions {
  /** Uses the database and the slot of a harness that was killed. */
  after?: Harness
  limits?: Partial<WsLimits>
  mode?: 'open' | 'required'
  /** seconds that tokens are valid */
  lifetime?: number
  /** wraps the feed of the role */
  wrap?: (feed: ChangeFeed) => ChangeFeed
}

export type Harness = Awaited<ReturnType<typeof startHarness>>

export async function startHarness(databases: TestDatabases, options: HarnessOptions = {}) {
  const { after, limits = {}, mode = 'open', lifetime, wrap } = options
  const service = await startTestService({
    roles: ['ws'],
    database: (after?.database as Database | undefined) ?? (await databases.open()),
    settings: { auth: { mode }, ...(after && { changes: { slot: after.slot as string } }) },
    ...(lifetime !== undefined && { tokenLifetime: lifetime }),
    overrides: { ws: limits, ...(wrap && { feed: (feed) => ({ ...feed, ...wrap(feed) }) }) },
  })
  const { url, database, events, slot } = service
  const documents = createDocuments(database)
  const token = (admin = false): string => service.token({ admin })
  let isKilled = false
  return {
    url,
    slot,
    database,
    events,
    token,
    role: service.ws,
    feed: service.feed,
    cut: service.cut,
    documents: {
      ...documents,
      /** The role has handled the new row when this returns: a client that connects then sees only later changes. */
      async add(title?: string) {
        const id = await documents.add(title)
        await eventually('the new document', () => events.some(({ key }) => key === id))
        return id
      },
    },
    connect: (documentId: string, query: { last?: string; token?: string } = {}) =>
      connectClient(url, documentId, { token: token(), ...query }),
    kill() {
      isKilled = true
      service.kill()
    },
    async stop() {
      await service.stop()
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

export interface Documents {
  /** @returns the id of a new row */
  add(title?: string): Promise<string>
  /** Changes columns and the version. */
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

/** A client that keeps what it receives. */
export interface TestClient {
  ws: WebSocket
  received: Received[]
  /** resolves when the connection is closed */
  closed: Promise<{ code: number; reason: string }>
  /** Waits for this number of messages about changes. */
  changes(count: number): Promise<Received[]>
  /** Waits for a message of this type. */
  message(type: string): Promise<Received>
  send(message: unknown): void
  close(): void
}

async function connectClient(
  url: string,
  documentId: string,
  query: Record<string, string>,
): Promise<TestClient> {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/ws/${documentId}?${new URLSearchParams(query)}`)
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

/** Identifies a message, independently of the connection. */
export const facts = ({ type, data }: Received): string => `${type} ${data.version ?? data.signature_id}`
