import { createTokens } from '../auth/tokens.ts'
import { createApp, createHttpMetrics, type HttpOptions } from '../http/create-app.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { listen } from '../http/listen.ts'
import { systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { noLimits } from './no-limits.ts'
import { testAuthenticator } from './authenticator.ts'
import { testGuard } from './test-guard.ts'
import { type Undo, undoing } from './undoing.ts'

/** Those that an application of `testAppOptions` accepts. */
export const appTokens = createTokens(
  { secret: 'a secret for tests, 32 bytes long', issuer: 'docmgr', audience: 'docmgr', lifetime: 60 },
  systemClock,
)

/** The options of an application without a service around it: no limits, no log, no other origins. */
export function testAppOptions(mode: 'open' | 'required' = 'open'): HttpOptions {
  return {
    log: silentLogger,
    metrics: createHttpMetrics(createMetrics()),
    authenticator: testAuthenticator(mode, appTokens),
    guard: testGuard(mode),
    limits: noLimits,
    newId: createUuidV7(),
    trustedProxies: [],
    origins: [],
  }
}

/** Serves these endpoints until `t` ends. @returns the URL */
export async function startTestApp(
  t: Undo,
  endpoints: readonly Endpoint[],
  options: HttpOptions = testAppOptions(),
): Promise<string> {
  const handler = createApp(endpoints, options).callback()
  const listener = await listen({ setting: 'listen.http', host: '127.0.0.1', port: 0, handler })
  undoing(t).after(() => listener.close(1_000))
  return listener.url
}
