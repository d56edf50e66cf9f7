import type { Documents } from '../ports/documents/port.ts'
import { createAccessService, createDocumentService } from '../ports/documents/service.ts'
import { createRpcMetrics } from '../rpc/call-pipeline.ts'
import { type GrpcServer, type GrpcServerOptions, startGrpcServer } from '../rpc/server.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { testAuthenticator } from './authenticator.ts'
import { noLimits } from './no-limits.ts'
import { appTokens } from './test-app.ts'
import { testGuard } from './test-guard.ts'

interface ServeOptions extends Pick<GrpcServerOptions, 'identities'> {
  mode?: 'open' | 'required'
  port?: number
}

/** Serves documents over gRPC. @param options `mode` is open and `port` any free one, unless they are given */
export function serveDocuments(
  documents: Documents,
  { mode = 'open', port = 0, ...others }: ServeOptions = {},
): Promise<GrpcServer> {
  return startGrpcServer({
    host: '127.0.0.1',
    port,
    refusals: { record() {} },
    handlers: createDocumentService(documents),
    access: createAccessService(documents),
    ...others,
    authenticator: testAuthenticator(mode, appTokens),
    guard: testGuard(mode),
    limits: noLimits,
    log: silentLogger,
    metrics: createRpcMetrics(createMetrics()),
    newId: createUuidV7(),
    trustedProxies: [],
  })
}
