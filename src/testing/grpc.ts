import { createTokens } from '../auth/tokens.ts'
import type { Documents } from '../ports/documents/port.ts'
import { createAccessService, createDocumentService } from '../ports/documents/service.ts'
import { createRpcMetrics } from '../rpc/call-pipeline.ts'
import { type GrpcServer, type GrpcServerOptions, startGrpcServer } from '../rpc/server.ts'
import { systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { testAuthenticator } from './authenticator.ts'
import { noLimits } from './no-limits.ts'
import { testGuard } from './test-guard.ts'

const SETTINGS = { issuer: 'docmgr', audience: 'docmgr', lifetime: 60 }

/** The tokens that the server accepts. */
const testTokens = createTokens({ secret: 'a secret for tests, 32 bytes long', ...SETTINGS }, systemClock)

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
    handlers: createDocumentService(documents),
    access: createAccessService(documents),
    ...others,
    authenticator: testAuthenticator(mode, testTokens),
    guard: testGuard(mode),
    limits: noLimits,
    log: silentLogger,
    metrics: createRpcMetrics(createMetrics()),
    newId: createUuidV7(),
    trustedProxies: [],
  })
}
