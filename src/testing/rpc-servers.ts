import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from '@connectrpc/connect-node'
import { createAuthenticator } from '../auth/authenticator.ts'
import { createTokens } from '../auth/tokens.ts'
import { createApp, createHttpMetrics } from '../http/create-app.ts'
import { createDocumentService } from '../ports/documents/service.ts'
import { createRpcMetrics } from '../rpc/call-pipeline.ts'
import { createConnectHandler } from '../rpc/connect.ts'
import { type GrpcServer, startGrpcServer } from '../rpc/server.ts'
import { systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { openMemoryDocuments } from './memory-documents.ts'
import { serviceTokens } from './service-tokens.ts'
import { noLimits } from './no-limits.ts'
import { testGuard } from './test-guard.ts'

export const tokens = createTokens(
  { secret: 'a secret for tests, 32 bytes long', issuer: 'docmgr', audience: 'docmgr', lifetime: 60 },
  systemClock,
)
export const GONE = '06b00000-0000-7000-8000-000000000000'

/** Both servers over the same documents. */
export async function startRpcServers(mode: 'open' | 'required') {
  const role = openMemoryDocuments()
  const metrics = createMetrics()
  const options = {
    handlers: createDocumentService(role),
    authenticator: createAuthenticator(mode, tokens, serviceTokens),
    guard: testGuard(mode),
    limits: noLimits,
    log: silentLogger,
    metrics: createRpcMetrics(metrics),
    newId: createUuidV7(),
    trustedProxies: [],
  }
  const grpc: GrpcServer = await startGrpcServer({ ...options, host: '127.0.0.1', port: 0 })
  const app = createApp([], {
    ...options,
    origins: [],
    metrics: createHttpMetrics(metrics),
    handleRaw: createConnectHandler(options),
  })
  const http = createServer(app.callback())
  const sessions: Http2SessionManager[] = []
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return {
    role,
    grpc,
    url,
    metrics,
    /** of clients, which keep a stream whose request was refused half open */
    sessions,
    async stop() {
      for (const session of sessions) session.abort()
      http.close()
      http.closeAllConnections()
      await grpc.stop(500)
    },
  }
}

export type RpcServers = Awaited<ReturnType<typeof startRpcServers>>

export const transports = {
  grpc: ({ grpc, sessions }: RpcServers) => {
    const baseUrl = `http://127.0.0.1:${grpc.port}`
    const sessionManager = new Http2SessionManager(baseUrl)
    sessions.push(sessionManager)
    return createGrpcTransport({ baseUrl, sessionManager })
  },
  connect: ({ url }: RpcServers) =>
    createConnectTransport({ baseUrl: url, httpVersion: '1.1', useBinaryFormat: false }),
  'gRPC-Web': ({ url }: RpcServers) => createGrpcWebTransport({ baseUrl: url, httpVersion: '1.1' }),
}
