import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Overrides } from '../app/base.ts'
import { composeService } from '../app.ts'
import { forListeningRoles } from '../config/roles.ts'
import { type ConfigInput, configSchema } from '../config/schema.ts'
import type { Database } from '../db/database.ts'
import type { ChangeEvent } from '../domain/change.ts'
import type { Document } from '../domain/document-fields.ts'
import type { OpenFeed } from '../ports/changes/feed.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { type Logger, silentLogger } from '../runtime/logger.ts'
import { type RunningGraph, startGraph } from '../runtime/module.ts'
import { checkChange, checkMessage } from './async-api.ts'
import { startTestDatabases } from './database.ts'
import { eventually } from './deadline.ts'
import { createDocumentRows } from './document-rows.ts'
import { SERVICE_KEYS } from './service-keys.ts'
import { openSocket } from './socket.ts'
import { type Undo, undoing } from './undoing.ts'

export interface TestServiceOptions {
  roles: NonNullable<ConfigInput['roles']>
  /** a migrated one, which the caller stops; without it, the service has a new one */
  database?: Database
  /** beside free ports, a temporary data folder and a replication slot of its own */
  settings?: ConfigInput
  overrides?: Overrides
  /** seconds; may be shorter than the settings allow */
  tokenLifetime?: number
  /** instead of none */
  log?: Logger
}

/** An answer with its body: parsed where it is JSON, else a Buffer. */
export interface Answer {
  status: number
  headers: Headers
  // JSON of many shapes, looked at field by field.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any
}

export type TestService = Awaited<ReturnType<typeof startTestService>>

export const newId = createUuidV7()

/**
 * Starts roles in this process as `docmgr serve` does: the same composition, a real listener, a silent log. Parts that the
 * roles do not need are not started; their properties throw.
 * @param t when it ends, the service stops; without it, the caller stops the service
 */
export async function startTestService(options: TestServiceOptions, t?: Undo) {
  const { overrides = {} } = options
  const databases = options.database ? undefined : await startTestDatabases()
  const database = options.database ?? (await databases!.open())
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-service-'))
  const config = configOf(folder, options)
  const events: ChangeEvent[] = []
  let feed: OpenFeed | undefined
  const parts = composeService(config, options.log ?? silentLogger, {
    ...overrides,
    database,
    feed: (opened) => {
      feed = opened
      return recordEvents(overrides.feed?.(opened) ?? opened, events)
    },
  })
  const graph = await startGraph([parts.listeners], { stopLimitMs: 10_000 })
  if (feed) await eventually('the feed to stream', () => feed!.status().state === 'streaming')
  const { urls }: { urls: Record<string, string> } = graph.value(parts.listeners)
  const url = urls['http']!
  const sockets = followSockets(Number(new URL(url).port))
  const tokens = graph.value(parts.ports.secrets).tokens!
  const token = (
    user: { id?: string; email?: string; admin?: boolean; auditor?: boolean; groups?: string[] } = {},
  ): string => tokens.sign({ id: 'ada', email: 'ada@example.com', admin: false, ...user })
  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    await graph.stop()
    sockets.stop()
    await databases?.stop()
    await rm(folder, { recursive: true, force: true })
  }
  if (t) undoing(t).after(() => (stopped ??= stop()))

  return Object.assign(startedParts(graph, parts), {
    /** with all routes of the roles */
    url,
    /** host:port of the gRPC service, where `listen.grpc` is a port */
    grpc: urls['grpc'],
    /** where `file:` keeps the objects */
    blobFolder: join(folder, 'blobs'),
    /** of the replication slot */
    slot: config.changes.slot,
    database,
    metrics: parts.base.metrics,
    /** every event that a consumer has handled */
    events,
    ...createRequests(url),
    rows: rowsOf(database, feed && events),
    /** Subscribes to a document; by default as ada@example.com. */
    connect: (documentId: string, query: { last?: string; token?: string } = {}) =>
      openSocket(url, documentId, { token: token(), ...query }, checkMessage),
    token,
    /** the header Authorization of a user */
    authorization: (user: { id: string; email: string }) =>
      `Bearer ${tokens.sign({ ...user, admin: false })}`,
    /** Breaks every connection to the service, wherever it is in what it sends. */
    cut: () => sockets.cut(),
    /** Ends as a killed process does: the feed confirms nothing more, and clients get no close. */
    kill() {
      feed?.destroy()
      sockets.cut()
    },
    stop: () => (stopped ??= stop()),
  })
}

/** Each is read when it is used: a part that is not started has none. */
function startedParts(graph: RunningGraph, { ports, roles }: ReturnType<typeof composeService>) {
  return {
    get document() {
      return graph.value(roles.document).role
    },
    get signature() {
      return graph.value(roles.signature).role
    },
    get ws() {
      return graph.value(roles.ws).role
    },
    get index() {
      return graph.value(ports.searchIndex)
    },
    get blobs() {
      return graph.value(ports.blobs)
    },
    get cache() {
      return graph.value(ports.cache)
    },
    get feed() {
      return graph.value(ports.changes)
    },
  }
}

function configOf(folder: string, { roles, settings = {}, tokenLifetime }: TestServiceOptions) {
  const config = configSchema.parse({
    roles,
    ...settings,
    data: folder,
    auth: {
      secret: 'the secret of a test, 32 bytes long',
      services: { keys: [...SERVICE_KEYS] },
      ...settings.auth,
    },
    cache: { viewerSecret: 'the viewer secret of a test, 32 bytes', ...settings.cache },
    changes: { slot: `test_${newId().replaceAll('-', '_')}`, ...settings.changes },
    listen: {
      ...forListeningRoles((): 'off' => 'off'),
      http: 0,
      grpc: 'off',
      ...settings.listen,
    },
  })
  return tokenLifetime === undefined ? config : { ...config, auth: { ...config.auth, tokenLifetime } }
}

/** Rows to change. @param events where there is a feed: `add` returns when the consumers have handled the new row */
function rowsOf({ pool }: Database, events: ChangeEvent[] | undefined) {
  const rows = createDocumentRows(pool)
  return {
    ...rows,
    async add(title?: string) {
      const id = await rows.add(title)
      if (events) await eventually('the new document', () => events.some(({ key }) => key === id))
      return id
    },
  }
}

/** The feed, with each event kept once its consumer has handled it. */
function recordEvents(feed: OpenFeed, events: ChangeEvent[]): OpenFeed {
  return {
    ...feed,
    consume: (consumer) =>
      feed.consume({
        ...consumer,
        async handle(batch, ...rest) {
          await consumer.handle(batch, ...rest)
          events.push(...batch)
          // Thrown here, it would only be one more event that fails and is delivered again.
          setImmediate(() => batch.forEach(checkChange))
        },
      }),
  }
}

/** The connections that a listener of this process accepts. */
function followSockets(port: number) {
  const open = new Set<Socket>()
  const add = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    if (socket.localPort !== port) return
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  }
  subscribe('net.server.socket', add)
  return {
    cut: () => open.forEach((socket) => socket.destroy()),
    stop: () => unsubscribe('net.server.socket', add),
  }
}

function createRequests(url: string) {
  /** A body that is no string, bytes or form is sent as JSON. */
  const request = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData
    const isJson = body !== undefined && !isRaw
    return fetch(url + path, {
      method,
      headers: { ...(isJson && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string) }),
    })
  }
  return {
    request,
    send: (...args: Parameters<typeof request>) => answerOf(request(...args)),
    get: (path: string, headers?: Record<string, string>) =>
      answerOf(request('GET', path, undefined, headers)),
    /** GET with this query string */
    query: (path: string, query: Record<string, string> = {}) =>
      answerOf(request('GET', `${path}?${new URLSearchParams(query)}`)),
    /** POST /documents with these fields */
    async create(fields: Record<string, unknown> = {}): Promise<Document> {
      const body = { title: 'Contract A', content: 'Hello, world', created_by: 'ada@example.com', ...fields }
      const response = await request('POST', '/documents', body)
      if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
      return (await response.json()) as Document
    },
    /** POST /signatures by bob@example.com, unless `fields` say otherwise */
    sign(documentId: string, fields: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
      const body = { document_id: documentId, signer_email: 'bob@example.com', signer_name: 'Bob', ...fields }
      return answerOf(request('POST', '/signatures', body, headers))
    },
  }
}

async function answerOf(request: Promise<Response>): Promise<Answer> {
  const response = await request
  const { status, headers } = response
  const isJson = headers.get('content-type')?.includes('json')
  return { status, headers, body: isJson ? await response.json() : Buffer.from(await response.arrayBuffer()) }
}

/** The fields that a problem document names, or its type where it names none. */
export async function problemFields(answer: Answer | Response): Promise<string[]> {
  const problem = (answer instanceof Response ? await answer.json() : answer.body) as {
    type: string
    errors?: { field: string }[]
  }
  return problem.errors?.map(({ field }) => field) ?? [problem.type]
}
