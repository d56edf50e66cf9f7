import { createAuthenticator } from '../auth/authenticator.ts'
import { createTokens } from '../auth/tokens.ts'
import type { Documents } from '../ports/documents/port.ts'
import { createDocumentService } from '../ports/documents/service.ts'
import { createRpcMetrics } from '../rpc/call-pipeline.ts'
import { type GrpcServer, startGrpcServer } from '../rpc/server.ts'
import { systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { serviceTokens } from './service-tokens.ts'
import { noLimits } from './no-limits.ts'
import { testGuard } from './test-guard.ts'

const SETTINGS = { issuer: 'docmgr', audience: 'docmgr', lifetime: 60 }

/** The tokens that the server accepts. */
export const testTokens = createTokens(
  { secret: 'a secret for tests, 32 bytes long', ...SETTINGS },
  systemClock,
)

/** Serves documents over gRPC. @param options `mode` is open and `port` any free one, unless they are given */
export function serveDocuments(
  documents: Documents,
  { mode = 'open', port = 0 }: { mode?: 'open' | 'required'; port?: number } = {},
): Promise<GrpcServer> {
  return startGrpcServer({
    host: '127.0.0.1',
    port,
    handlers: createDocumentService(documents),
    authenticator: createAuthenticator(mode, testTokens, serviceTokens),
    guard: testGuard(mode),
    limits: noLimits,
    log: silentLogger,
    metrics: createRpcMetrics(createMetrics()),
    newId: createUuidV7(),
    trustedProxies: [],
  })
}
