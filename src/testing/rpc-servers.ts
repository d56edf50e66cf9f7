import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from '@connectrpc/connect-node'
import { createApp, createHttpMetrics } from '../http/create-app.ts'
import { createRequestGuard } from '../http/request-guard.ts'
import { createDocumentService } from '../ports/documents/service.ts'
import { createRpcMetrics } from '../rpc/call-pipeline.ts'
import { createConnectHandler } from '../rpc/connect.ts'
import { type GrpcServer, startGrpcServer } from '../rpc/server.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { openMemoryDocuments } from './memory-documents.ts'
import { appTokens, testAppOptions } from './test-app.ts'

export { appTokens as tokens }
export const GONE = '06b00000-0000-7000-8000-000000000000'

/** Both servers over the same documents. */
export async function startRpcServers(mode: 'open' | 'required', origins: readonly string[] = []) {
  const role = openMemoryDocuments()
  const metrics = createMetrics()
  const options = {
    refusals: { record() {} },
    handlers: createDocumentService(role),
    ...testAppOptions(mode),
    guard: createRequestGuard({ mode, hosts: [], origins }),
    origins,
    metrics: createRpcMetrics(metrics),
  }
  const grpc: GrpcServer = await startGrpcServer({ ...options, host: '127.0.0.1', port: 0 })
  const app = createApp([], {
    ...options,
    metrics: createHttpMetrics(metrics),
    raw: createConnectHandler(options),
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
