/**
 * The composition root: which modules a set of roles needs, and what each is made of. The only file that knows
 * roles and adapters alike.
 */
import { join, resolve } from 'node:path'
import { createAuthenticator } from './auth/authenticator.ts'
import { keptTokenSecret, keptViewerSecret } from './auth/token-secret.ts'
import { createTokens } from './auth/tokens.ts'
import type { Config, Role } from './config/schema.ts'
import { openDatabase } from './db/open.ts'
import { createExtractor } from './extraction/extractor.ts'
import { createClientAddress } from './http/context.ts'
import { createHttpMetrics } from './http/create-app.ts'
import { type RoleServer, serveRoles } from './http/serve-roles.ts'
import { openBlobs } from './ports/blobs/open.ts'
import { openCache } from './ports/cache/open.ts'
import { openChanges } from './ports/changes/open.ts'
import { openDocuments } from './ports/documents/open.ts'
import { openSearch } from './ports/search/open.ts'
import { createDocumentRole, type DocumentRole } from './roles/document/role.ts'
import { createIndexer } from './roles/indexer/role.ts'
import { searchEndpoints } from './roles/search/role.ts'
import { createSignatureRole } from './roles/signature/role.ts'
import { createWsRole } from './roles/ws/role.ts'
import { createConnectHandler } from './rpc/connect.ts'
import { createRpcMetrics } from './rpc/calls.ts'
import { createDocumentService } from './rpc/document-service.ts'
import { startGrpcServer } from './rpc/server.ts'
import { systemClock } from './runtime/clock.ts'
import { lockFolder } from './runtime/folder-lock.ts'
import { createUuidV7 } from './runtime/ids.ts'
import type { Logger } from './runtime/logger.ts'
import { createMetrics } from './runtime/metrics.ts'
import { defineModule, type Module, startGraph, startOrder } from './runtime/module.ts'
import { removeServiceFile, writeServiceFile } from './runtime/service-file.ts'
import { programVersion } from './runtime/version.ts'

const PROCESS_LOCAL = /^(embedded|file|wal|memory):/

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
  const modules = composeModules(config, log)
  const graph = await startGraph([modules.service], {
    stopLimitMs: config.shutdown.limit,
    ...(options.onStarted && { onStarted: options.onStarted }),
    onStopProblem: (module, error) => log.error({ module, err: error }, 'could not stop in time'),
  })
  return { ...graph.value(modules.service), failed: graph.failed, stop: graph.stop }
}

/** The modules that this configuration starts, in order, with what each needs. */
export function moduleGraph(config: Config, log: Logger): { name: string; needs: string[] }[] {
  return startOrder([composeModules(config, log).service]).map(({ name, needs }) => ({
    name,
    needs: Object.values(needs).map((need) => need.name),
  }))
}

type Part = RoleServer & { findings?: string[] }

function composeModules(config: Config, log: Logger) {
  const clock = systemClock
  const newId = createUuidV7(clock)
  const metrics = createMetrics({ processMetrics: true })
  const { limits } = config
  const { trustedProxies } = config.listen
  const data = resolve(config.data)
  const has = (role: Role): boolean => config.roles.includes(role)
  const logOf = (module: string): Logger => log.child({ module })

  const addressOf = createClientAddress(trustedProxies)

  // --- what everything stands on --------------------------------------------------------------------------------

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

  // --- roles ----------------------------------------------------------------------------------------------------

  const documentRole = defineModule('document', { database, blobs, cache }, ({ database, blobs, cache }) => {
    const role = createDocumentRole({ database, blobs, cache, clock, newId, limits, log: logOf('document') })
    return { value: role, stop: () => role.stop() }
  })

  /** How the signature role reaches the document role. */
  const documents = defineModule(
    'documents',
    { authenticator, ...(has('document') && { documentRole }) },
    async ({ authenticator: { tokens }, ...here }) => {
      const { url, timeout: deadlineMs } = config.documents
      const role = (here as { documentRole?: DocumentRole }).documentRole?.documents
      const value = await openDocuments(url, { role, deadlineMs, tokens, caller: 'signature' })
      return { value, stop: () => value.stop() }
    },
  )

  const signatureRole = defineModule('signature', { database, blobs, documents }, ({ database, blobs, documents }) => {
    const role = createSignatureRole({
      database, blobs, documents, clock, newId, metrics, log: logOf('signature'),
    })
    role.start()
    return { value: role, stop: () => role.stop() }
  })

  const indexer = defineModule('indexer', { changes, searchIndex, blobs }, async ({ changes, searchIndex, blobs }) => {
    const extractor = createExtractor({
      log: logOf('extraction'),
      limits: { timeoutMs: limits.extractionTime, maxMemoryMb: limits.extractionMemory },
    })
    await changes.consume(createIndexer({ index: searchIndex, blobs, extractor, metrics, log: logOf('indexer') }))
    return { value: undefined, stop: () => extractor.stop() }
  })

  const wsRole = defineModule('ws', { changes, authenticator }, async ({ changes, authenticator }) => {
    const { connections } = limits
    const role = createWsRole({
      feed: changes, authenticator, clock, newId, metrics, limits: { connections }, addressOf, log: logOf('ws'),
    })
    await changes.consume(role.consumer)
    return { value: role, stop: () => role.stop() }
  })

  /** Reads the feed once all its consumers are registered; stops before them. */
  const delivery = defineModule(
    'delivery',
    { changes, ...(has('indexer') && { indexer }), ...(has('ws') && { wsRole }) },
    async ({ changes }) => {
      await changes.start()
      return { value: changes, stop: () => changes.stop() }
    },
  )

  // --- listeners ------------------------------------------------------------------------------------------------

  /** The calls of other roles and of other programs, for gRPC and Connect alike. */
  const calls = defineModule('calls', { documentRole, authenticator }, ({ documentRole, authenticator }) => ({
    value: {
      handlers: createDocumentService(documentRole.documents),
      authenticator,
      newId,
      metrics: createRpcMetrics(metrics),
      log: logOf('rpc'),
    },
  }))

  const grpc = defineModule('grpc', { calls }, async ({ calls }) => {
    const { host, grpc: port } = config.listen
    if (port === 'off') return { value: undefined }
    const server = await startGrpcServer({ ...calls, host, port })
    return { value: `${host}:${server.port}`, stop: () => server.stop(config.shutdown.limit / 2) }
  })

  const parts: Record<Role, Module<Part>> = {
    document: defineModule(
      'document-routes',
      { documentRole, database, blobs, cache, calls },
      ({ documentRole, database, blobs, cache, calls }) => ({
        value: {
          name: 'document',
          endpoints: documentRole.endpoints,
          checks: { database: database.check, blobs: () => blobs.check(), cache: () => cache.check() },
          before: createConnectHandler({ ...calls, trustedProxies }),
          findings: database.findings,
        },
      }),
    ),
    signature: defineModule(
      'signature-routes',
      { signatureRole, database, blobs, documents },
      ({ signatureRole, database, blobs, documents }) => ({
        value: {
          name: 'signature',
          endpoints: signatureRole.endpoints,
          checks: { database: database.check, blobs: () => blobs.check(), documents: () => documents.check() },
        },
      }),
    ),
    search: defineModule('search-routes', { searchIndex }, ({ searchIndex }) => ({
      value: {
        name: 'search',
        endpoints: searchEndpoints({ index: searchIndex, clock }),
        checks: { 'search index': () => searchIndex.check() },
      },
    })),
    ws: defineModule('ws-routes', { wsRole, delivery }, ({ wsRole, delivery }) => ({
      value: {
        name: 'ws',
        endpoints: wsRole.endpoints,
        checks: { changes: feedCheck(delivery) },
        upgrade: (request, socket, head) => wsRole.upgrade(request, socket, head),
        drain: () => {
          wsRole.drain()
          return wsRole.stop()
        },
        findings: delivery.findings,
      },
    })),
    indexer: defineModule('indexer-routes', { delivery }, ({ delivery }) => ({
      value: { name: 'indexer', endpoints: [], checks: { changes: feedCheck(delivery) }, findings: delivery.findings },
    })),
  }

  const selected = Object.fromEntries(config.roles.map((role) => [role, parts[role]]))
  const service = defineModule(
    'listeners',
    { folder, authenticator, ...(has('document') && { grpc }), ...selected },
    async ({ folder, authenticator, grpc, ...roles }) => {
      const served = Object.values(roles) as Part[]
      const { host, grpc: _grpc, trustedProxies: _proxies, ...ports } = config.listen
      const http = { log, authenticator, newId, trustedProxies, metrics: createHttpMetrics(metrics) }
      const listeners = await serveRoles(served, {
        host, ports, http, metrics, version: programVersion(),
        drainMs: config.shutdown.drain,
        closeMs: config.shutdown.limit / 2,
      })
      const urls = { ...listeners.urls, ...(grpc !== undefined && { grpc: grpc as string }) }
      await writeServiceFile(folder, { pid: process.pid, started_at: clock.now().toISOString(), urls })
      const findings = [...new Set(served.flatMap((role) => role.findings ?? []))]
      return {
        value: { urls, findings },
        stop: async () => {
          await removeServiceFile(folder)
          await listeners.stop()
        },
      }
    },
  )

  return { service }
}

/** The feed can be trusted to deliver while it streams. */
function feedCheck(feed: { status(): { state: string; problem?: string } }): () => Promise<void> {
  return async () => {
    const { state, problem } = feed.status()
    if (state !== 'streaming' && state !== 'snapshot') throw new Error(problem ?? `the change feed is ${state}`)
  }
}
