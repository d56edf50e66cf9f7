import { createAuthenticator } from '../auth/authenticator.ts'
import { createTokens } from '../auth/tokens.ts'
import type { Database } from '../db/database.ts'
import { createApp, createHttpMetrics } from '../http/create-app.ts'
import { listen } from '../http/listen.ts'
import type { SearchIndex } from '../ports/search/port.ts'
import { openPostgresSearch } from '../ports/search/postgres.ts'
import { searchEndpoints } from '../roles/search/role.ts'
import { systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'

export interface SearchHarness {
  index: SearchIndex
  /** `query` becomes the query string */
  get(path: string, query?: Record<string, string>): Promise<SearchAnswer>
  stop(): Promise<void>
}

export interface SearchAnswer {
  status: number
  // JSON of many shapes, looked at field by field.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any
}

/** The search role behind its own HTTP port, with a real index. */
export async function startSearchRole({ pool }: Pick<Database, 'pool'>): Promise<SearchHarness> {
  const index = openPostgresSearch({ pool })
  const secret = 'a secret for tests, 32 bytes long'
  const tokens = createTokens({ secret, issuer: 'docmgr', audience: 'docmgr', lifetime: 60 }, systemClock)
  const app = createApp(searchEndpoints({ index, clock: systemClock }), {
    log: silentLogger,
    metrics: createHttpMetrics(createMetrics()),
    authenticator: createAuthenticator('open', tokens),
    newId: createUuidV7(),
    trustedProxies: [],
  })
  const listener = await listen({
    setting: 'listen.search',
    host: '127.0.0.1',
    port: 0,
    handler: app.callback(),
  })
  return {
    index,
    async get(path, query = {}) {
      const response = await fetch(`${listener.url}${path}?${new URLSearchParams(query)}`)
      return { status: response.status, body: await response.json() }
    },
    async stop() {
      await listener.close(1_000)
      await index.stop()
    },
  }
}
