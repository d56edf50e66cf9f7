import { rolesThatUse } from '../config/roles.ts'
import { createHttpMetrics } from '../http/create-app.ts'
import { type RoleServer, serveRoles } from '../http/serve-roles.ts'
import { defineModule } from '../runtime/module.ts'
import { removeServiceFile, writeServiceFile } from '../data-folder/service-file.ts'
import { programVersion } from '../runtime/version.ts'
import type { Base } from './base.ts'
import type { Roles } from './roles.ts'
import type { Ports } from './ports.ts'

/** The gRPC server of the document role. */
function composeGrpc({ config }: Base, { document }: Roles) {
  return defineModule('grpc', { document }, async ({ document: { calls } }) => {
    const { host, grpc: port } = config.listen
    if (port === 'off') return { value: undefined }
    const { startGrpcServer } = await import('../rpc/server.ts')
    const server = await startGrpcServer({ ...calls, host, port })
    const value = { address: `${host}:${server.port}`, drain: () => server.drain() }
    return { value, stop: () => server.stop(config.shutdown.limit / 2) }
  })
}

/** The module that everything else is started for: the network ports of the selected roles. */
export function composeListeners(base: Base, ports: Ports, composed: Roles) {
  const { config, log, clock, newId, guard, metrics, has, findings } = base
  const { folder, authenticator, limits } = ports
  const { delivery } = composed
  const needs = {
    authenticator,
    limits,
    ...(has('document') && { grpc: composeGrpc(base, composed) }),
    ...(rolesThatUse('changes').some(has) && { delivery }),
    ...Object.fromEntries(config.roles.map((role) => [`role ${role}`, composed[role]])),
  }

  return defineModule(
    'listeners',
    needs,
    async ({ authenticator, limits, grpc: rpc, delivery: _, ...running }) => {
      const grpc = rpc as { address: string; drain: () => void } | undefined
      const { host, grpc: _grpcPort, trustedProxies, ...tcpPorts } = config.listen
      const servers = Object.values(running as Record<string, { server: RoleServer }>).map(
        ({ server }) => server,
      )
      const listeners = await serveRoles(servers, {
        host,
        ports: tcpPorts,
        metrics,
        http: {
          log,
          authenticator,
          guard,
          limits: limits.ofRequests,
          newId,
          trustedProxies,
          origins: config.http.origins,
          metrics: createHttpMetrics(metrics),
        },
        version: programVersion(),
        scrapeToken: config.auth.scrapeToken,
        drainMs: config.shutdown.drain,
        closeMs: config.shutdown.limit / 2,
      })
      const urls = { ...listeners.urls, ...(grpc && { grpc: grpc.address }) }
      const { path, isLocked } = folder
      if (isLocked) {
        const started_at = clock.now().toISOString()
        await writeServiceFile(path, { pid: process.pid, started_at, auth: config.auth.mode, urls })
      }
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
