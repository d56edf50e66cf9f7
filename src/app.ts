/**
 * The composition root: which modules a set of roles needs, and what each is made of. The only file that knows
 * roles and adapters alike. The code of a role is loaded only where it runs.
 */
import { join, resolve } from 'node:path'
import { createAuthenticator } from './auth/authenticator.ts'
import { keptTokenSecret, keptViewerSecret } from './auth/token-secret.ts'
import { createTokens } from './auth/tokens.ts'
import type { Config, Role } from './config/schema.ts'
import { openDatabase } from './db/open.ts'
import { createClientAddress } from './http/context.ts'
import { createHttpMetrics } from './http/create-app.ts'
import { type RoleServer, serveRoles } from './http/serve-roles.ts'
import { openBlobs } from './ports/blobs/open.ts'
import { openCache } from './ports/cache/open.ts'
import { openChanges } from './ports/changes/open.ts'
import { openDocuments } from './ports/documents/open.ts'
import { openSearch } from './ports/search/open.ts'
import type { DocumentRole } from './roles/document/role.ts'
import { systemClock } from './runtime/clock.ts'
import { lockFolder } from './runtime/folder-lock.ts'
import { createUuidV7 } from './runtime/ids.ts'
import type { Logger } from './runtime/logger.ts'
import { createMetrics, type Metrics } from './runtime/metrics.ts'
import { defineModule, type Module, startGraph, startOrder } from './runtime/module.ts'
import { removeServiceFile, writeServiceFile } from './runtime/service-file.ts'
import { programVersion } from './runtime/version.ts'

export interface RunningService {
  /** where each listener is; `http` has the routes of all roles, `grpc` is host:port */
  urls: Record<string, string>
  /** what the start found and repaired, in sentences for the operator */
  findings: string[]
  /** rejects when a part has failed for good */
  failed: Promise<never>
  stop(): Promise<void>
}

export interface ServiceOptions {
  log: Logger
  onStarted?: (module: string, millis: number) => void
}

/** Starts the roles that the configuration names, and everything they need. */
export async function startService(config: Config, options: ServiceOptions): Promise<RunningService> {
  const { log } = options
  const service = composeService(config, log)
  const graph = await startGraph([service], {
    stopLimitMs: config.shutdown.limit,
    ...(options.onStarted && { onStarted: options.onStarted }),
    onStopProblem: (module, error) => log.error({ module, err: error }, 'could not stop in time'),
  })
  return { ...graph.value(service), failed: graph.failed, stop: graph.stop }
}

/** The modules that this configuration starts, in order, with what each needs. */
export function moduleGraph(config: Config, log: Logger): { name: string; needs: string[] }[] {
  return startOrder([composeService(config, log)]).map(({ name, needs }) => ({
    name,
    needs: Object.values(needs).map((need) => need.name),
  }))
}

/** What all modules are made with. */
interface Base {
  config: Config
  log: Logger
  metrics: Metrics
  clock: typeof systemClock
  newId: () => string
  logOf: (module: string) => Logger
  has: (role: Role) => boolean
  /** what starting found and repaired, in sentences for the operator */
  findings: string[]
}

function composeService(config: Config, log: Logger) {
  const base: Base = {
    config,
    log,
    metrics: createMetrics({ processMetrics: true }),
    clock: systemClock,
    newId: createUuidV7(systemClock),
    logOf: (module) => log.child({ module }),
    has: (role) => config.roles.includes(role),
    findings: [],
  }
  const stores = composeStores(base)
  const roles = composeRoles(base, stores)
  return composeListeners(base, stores, roles)
}

// --- what the roles stand on ---------------------------------------------------------------------------------------

type Stores = ReturnType<typeof composeStores>

/** Adapters that keep their things in the data folder or in this process, so that no other process may use them too. */
const PROCESS_LOCAL = /^(embedded|file|wal|memory):/

function composeStores({ config, clock, metrics, logOf, findings }: Base) {
  const data = resolve(config.data)

  const folder = defineModule('data-folder', {}, async () => {
    const urls = [config.database.url, config.blobs.url, config.changes.url, config.cache.url]
    if (!urls.some((url) => PROCESS_LOCAL.test(url))) return { value: data }
    const lock = await lockFolder(data)
    return { value: data, stop: () => lock.release() }
  })

  const authenticator = defineModule('authentication', { folder }, async ({ folder }) => {
    const { mode, issuer, audience, tokenLifetime: lifetime } = config.auth
    const secret = config.auth.secret ?? (await keptTokenSecret(folder))
    return { value: createAuthenticator(mode, createTokens({ secret, issuer, audience, lifetime }, clock)) }
  })

  const database = defineModule('database', { folder }, async ({ folder }) => {
    const { directUrl, ...settings } = config.database
    const value = await openDatabase({
      ...settings,
      ...(directUrl !== undefined && { directUrl }),
      folder: join(folder, 'postgres'),
      log: logOf('database'),
    })
    findings.push(...value.findings)
    return { value, stop: value.stop, ended: value.ended }
  })

  const blobs = defineModule('blobs', { folder }, async ({ folder }) => {
    const value = await openBlobs(config.blobs.url, { folder: join(folder, 'blobs'), log: logOf('blobs') })
    return { value, stop: () => value.stop() }
  })

  const cache = defineModule('cache', { database, folder }, async ({ database, folder }) => {
    const { url, entries } = config.cache
    const viewerSecret = await keptViewerSecret(folder)
    const value = await openCache(url, { database, entries, viewerSecret, clock, log: logOf('cache') })
    return { value, stop: () => value.stop() }
  })

  const searchIndex = defineModule('search-index', { database }, async ({ database }) => {
    const value = await openSearch(config.search.url, { database, log: logOf('search-index') })
    return { value, stop: () => value.stop() }
  })

  const changes = defineModule('changes', { database }, async ({ database }) => {
    const { url, slot, historyHours: maxAgeHours, historyEvents: maxEvents } = config.changes
    const value = await openChanges(url, {
      database, slot, clock, history: { maxAgeHours, maxEvents }, log: logOf('changes'),
    })
    metrics.gauge('docmgr_changes_lag_bytes', 'Log that some consumer has not done yet', [], (gauge) =>
      gauge.set(value.status().lagBytes ?? 0),
    )
    metrics.gauge('docmgr_changes_dead_letters', 'Events that a consumer could not process', [], (gauge) =>
      gauge.set(value.status().deadLetters),
    )
    return { value }
  })

  return { folder, authenticator, database, blobs, cache, searchIndex, changes }
}

// --- roles ---------------------------------------------------------------------------------------------------------

type Roles = ReturnType<typeof composeRoles>

function composeRoles({ config, clock, newId, metrics, logOf, has, findings }: Base, stores: Stores) {
  const { authenticator, database, blobs, cache, searchIndex, changes } = stores
  const { limits, listen } = config

  const document = defineModule('document', { database, blobs, cache }, async (needs) => {
    const { createDocumentRole } = await import('./roles/document/role.ts')
    const value = createDocumentRole({ ...needs, clock, newId, limits, log: logOf('document') })
    return { value, stop: () => value.stop() }
  })

  /** How the signature role reaches the document role. */
  const documents = defineModule(
    'documents',
    { authenticator, ...(has('document') && { document }) },
    async ({ authenticator: { tokens }, ...here }) => {
      const { url, timeout: deadlineMs } = config.documents
      const role = (here as { document?: DocumentRole }).document?.documents
      const value = await openDocuments(url, { role, deadlineMs, tokens, caller: 'signature' })
      return { value, stop: () => value.stop() }
    },
  )

  const signature = defineModule('signature', { database, blobs, documents }, async (needs) => {
    const { createSignatureRole } = await import('./roles/signature/role.ts')
    const value = createSignatureRole({ ...needs, clock, newId, metrics, log: logOf('signature') })
    value.start()
    return { value, stop: () => value.stop() }
  })

  const search = defineModule('search', { searchIndex }, async ({ searchIndex: index }) => {
    const { searchEndpoints } = await import('./roles/search/role.ts')
    return { value: { endpoints: searchEndpoints({ index, clock }), index } }
  })

  const ws = defineModule('ws', { changes, authenticator }, async ({ changes, authenticator }) => {
    const { createWsRole } = await import('./roles/ws/role.ts')
    const value = createWsRole({
      feed: changes, authenticator, clock, newId, metrics, log: logOf('ws'),
      limits: { connections: limits.connections },
      addressOf: createClientAddress(listen.trustedProxies),
    })
    await changes.consume(value.consumer)
    return { value, stop: () => value.stop() }
  })

  const indexer = defineModule('indexer', { changes, searchIndex, blobs }, async ({ changes, searchIndex, blobs }) => {
    const [{ createIndexer }, { createExtractor }] = await Promise.all([
      import('./roles/indexer/role.ts'),
      import('./extraction/extractor.ts'),
    ])
    const extractor = createExtractor({
      log: logOf('extraction'),
      limits: { timeoutMs: limits.extractionTime, maxMemoryMb: limits.extractionMemory },
    })
    await changes.consume(createIndexer({ index: searchIndex, blobs, extractor, metrics, log: logOf('indexer') }))
    return { value: {}, stop: () => extractor.stop() }
  })

  /** Reads the feed once all its consumers are registered; stops before them. */
  const delivery = defineModule(
    'delivery',
    { changes, ...(has('indexer') && { indexer }), ...(has('ws') && { ws }) },
    async ({ changes }) => {
      await changes.start()
      findings.push(...changes.findings)
      return { value: changes, stop: () => changes.stop() }
    },
  )

  return { document, documents, signature, search, ws, delivery }
}

// --- listeners -----------------------------------------------------------------------------------------------------

/** What each role serves over HTTP, and what its readiness depends on. */
function composeRoutes({ config, newId, metrics, logOf }: Base, stores: Stores, roles: Roles) {
  const { authenticator, database, blobs, cache } = stores
  const { document, documents, signature, search, ws, delivery } = roles
  const { host, grpc: grpcPort, trustedProxies } = config.listen

  /** The calls of other roles and of other programs, for gRPC and Connect alike. */
  const calls = defineModule('calls', { document, authenticator }, async ({ document, authenticator }) => {
    const [{ createDocumentService }, { createRpcMetrics }] = await Promise.all([
      import('./rpc/document-service.ts'),
      import('./rpc/calls.ts'),
    ])
    const handlers = createDocumentService(document.documents)
    return { value: { handlers, authenticator, newId, metrics: createRpcMetrics(metrics), log: logOf('rpc') } }
  })

  const grpc = defineModule('grpc', { calls }, async ({ calls }) => {
    if (grpcPort === 'off') return { value: undefined }
    const { startGrpcServer } = await import('./rpc/server.ts')
    const server = await startGrpcServer({ ...calls, host, port: grpcPort })
    const value = { address: `${host}:${server.port}`, drain: () => server.drain() }
    return { value, stop: () => server.stop(config.shutdown.limit / 2) }
  })

  const routes: Record<Role, Module<RoleServer>> = {
    document: defineModule('document-routes', { document, database, blobs, cache, calls }, async (needs) => {
      const { document, database, blobs, cache, calls } = needs
      const { createConnectHandler } = await import('./rpc/connect.ts')
      const checks = { database: database.check, blobs: () => blobs.check(), cache: () => cache.check() }
      const before = createConnectHandler({ ...calls, trustedProxies })
      return { value: { name: 'document', endpoints: document.endpoints, checks, before } }
    }),

    signature: defineModule('signature-routes', { signature, database, blobs, documents }, (needs) => {
      const { signature, database, blobs, documents } = needs
      const checks = { database: database.check, blobs: () => blobs.check(), documents: () => documents.check() }
      return { value: { name: 'signature', endpoints: signature.endpoints, checks } }
    }),

    search: defineModule('search-routes', { search }, ({ search }) => {
      const checks = { 'search index': () => search.index.check() }
      return { value: { name: 'search', endpoints: search.endpoints, checks } }
    }),

    ws: defineModule('ws-routes', { ws, delivery }, ({ ws, delivery }) => ({
      value: {
        name: 'ws',
        endpoints: ws.endpoints,
        checks: { changes: feedCheck(delivery) },
        upgrade: (request, socket, head) => ws.upgrade(request, socket, head),
        drain: () => {
          ws.drain()
          return ws.stop()
        },
      },
    })),

    indexer: defineModule('indexer-routes', { delivery }, ({ delivery }) => ({
      value: { name: 'indexer', endpoints: [], checks: { changes: feedCheck(delivery) } },
    })),
  }
  return { grpc, routes }
}

function composeListeners(base: Base, stores: Stores, roles: Roles) {
  const { config, log, clock, newId, metrics, has, findings } = base
  const { folder, authenticator } = stores
  const { grpc, routes } = composeRoutes(base, stores, roles)
  const selected = Object.fromEntries(config.roles.map((role) => [role, routes[role]]))

  return defineModule(
    'listeners',
    { folder, authenticator, ...(has('document') && { grpc }), ...selected },
    async ({ folder, authenticator, grpc: rpc, ...served }) => {
      const grpc = rpc as { address: string; drain: () => void } | undefined
      const { host, grpc: _, trustedProxies, ...ports } = config.listen
      const listeners = await serveRoles(Object.values(served) as RoleServer[], {
        host, ports, metrics,
        http: { log, authenticator, newId, trustedProxies, metrics: createHttpMetrics(metrics) },
        version: programVersion(),
        drainMs: config.shutdown.drain,
        closeMs: config.shutdown.limit / 2,
      })
      const urls = { ...listeners.urls, ...(grpc && { grpc: grpc.address }) }
      await writeServiceFile(folder, { pid: process.pid, started_at: clock.now().toISOString(), urls })
      return {
        value: { urls, findings },
        stop: async () => {
          await removeServiceFile(folder)
          grpc?.drain()
          await listeners.stop()
        },
      }
    },
  )
}

/** The feed can be trusted to deliver while it streams. */
function feedCheck(feed: { status(): { state: string; problem?: string } }): () => Promise<void> {
  return async () => {
    const { state, problem } = feed.status()
    if (state !== 'streaming' && state !== 'snapshot') throw new Error(problem ?? `the change feed is ${state}`)
  }
}
