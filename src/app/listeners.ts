import type { Role } from '../config/schema.ts'
import { createHttpMetrics } from '../http/create-app.ts'
import { type RoleServer, serveRoles } from '../http/serve-roles.ts'
import { defineModule, type Module } from '../runtime/module.ts'
import { removeServiceFile, writeServiceFile } from '../runtime/service-file.ts'
import { programVersion } from '../runtime/version.ts'
import type { Base } from './base.ts'
import type { Roles } from './roles.ts'
import type { Stores } from './stores.ts'

/** What each role serves over HTTP, and what its readiness depends on. */
function composeRoutes({ config, newId, metrics, logOf }: Base, stores: Stores, roles: Roles) {
  const { authenticator, database, blobs, cache } = stores
  const { document, documents, signature, search, ws, delivery } = roles
  const { host, grpc: grpcPort, trustedProxies } = config.listen

  /** The calls of other roles and of other programs, for gRPC and Connect alike. */
  const calls = defineModule('calls', { document, authenticator }, async ({ document, authenticator }) => {
    const [{ createDocumentService }, { createRpcMetrics }] = await Promise.all([
      import('../rpc/document-service.ts'),
      import('../rpc/calls.ts'),
    ])
    const handlers = createDocumentService(document.documents)
    return {
      value: { handlers, authenticator, newId, metrics: createRpcMetrics(metrics), log: logOf('rpc') },
    }
  })

  const grpc = defineModule('grpc', { calls }, async ({ calls }) => {
    if (grpcPort === 'off') return { value: undefined }
    const { startGrpcServer } = await import('../rpc/server.ts')
    const server = await startGrpcServer({ ...calls, host, port: grpcPort })
    const value = { address: `${host}:${server.port}`, drain: () => server.drain() }
    return { value, stop: () => server.stop(config.shutdown.limit / 2) }
  })

  const routes: Record<Role, Module<RoleServer>> = {
    document: defineModule('document-routes', { document, database, blobs, cache, calls }, async (needs) => {
      const { document, database, blobs, cache, calls } = needs
      const { createConnectHandler } = await import('../rpc/connect.ts')
      const checks = { database: database.check, blobs: () => blobs.check(), cache: () => cache.check() }
      const before = createConnectHandler({ ...calls, trustedProxies })
      return { value: { name: 'document', endpoints: document.endpoints, checks, before } }
    }),

    signature: defineModule('signature-routes', { signature, database, blobs, documents }, (needs) => {
      const { signature, database, blobs, documents } = needs
      const checks = {
        database: database.check,
        blobs: () => blobs.check(),
        documents: () => documents.check(),
      }
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

/** The module that everything is started for: the ports of the selected roles. */
export function composeListeners(base: Base, stores: Stores, roles: Roles) {
  const { config, log, clock, newId, metrics, has, findings } = base
  const { folder, authenticator } = stores
  const { grpc, routes } = composeRoutes(base, stores, roles)
  const selected = Object.fromEntries(config.roles.map((role) => [role, routes[role]]))

  return defineModule(
    'listeners',
    { authenticator, ...(has('document') && { grpc }), ...selected },
    async ({ authenticator, grpc: rpc, ...served }) => {
      const grpc = rpc as { address: string; drain: () => void } | undefined
      const { host, grpc: _, trustedProxies, ...ports } = config.listen
      const listeners = await serveRoles(Object.values(served) as RoleServer[], {
        host,
        ports,
        metrics,
        http: { log, authenticator, newId, trustedProxies, metrics: createHttpMetrics(metrics) },
        version: programVersion(),
        drainMs: config.shutdown.drain,
        closeMs: config.shutdown.limit / 2,
      })
      const urls = { ...listeners.urls, ...(grpc && { grpc: grpc.address }) }
      const { path, isLocked } = folder
      if (isLocked)
        await writeServiceFile(path, { pid: process.pid, started_at: clock.now().toISOString(), urls })
      return {
        value: { urls, findings, ...(isLocked && { folder: path }) },
        stop: async () => {
          if (isLocked) await removeServiceFile(path)
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
    if (state !== 'streaming' && state !== 'snapshot')
      throw new Error(problem ?? `the change feed is ${state}`)
  }
}
