import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { createAuthenticator } from '../auth/authenticator.ts'
import { createTokens } from '../auth/tokens.ts'
import { systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { createLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { eventually } from '../testing/deadline.ts'
import { noLimits } from '../testing/no-limits.ts'
import { serviceTokens } from '../testing/service-tokens.ts'
import { testGuard } from '../testing/test-guard.ts'
import { createApp, createHttpMetrics } from './create-app.ts'
import { defineEndpoint, type HttpResponse } from './endpoint.ts'
import { listen } from './listen.ts'

const BODY = 'x'.repeat(5_000)
const lines: { route: string; bytes: number }[] = []
const of = (path: string, response: () => HttpResponse) =>
  defineEndpoint({
    method: 'GET',
    path,
    operationId: path.slice(1),
    summary: 'Reads',
    responses: {},
    handle: async () => response(),
  })
const app = createApp(
  [
    of('/json', () => ({ status: 200, json: BODY })),
    of('/stream', () => ({ status: 200, stream: Readable.from([BODY]) })),
  ],
  {
    log: createLogger({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } }),
    metrics: createHttpMetrics(createMetrics()),
    authenticator: createAuthenticator(
      'open',
      createTokens({ secret: 'x'.repeat(32), issuer: 'i', audience: 'a', lifetime: 60 }, systemClock),
      serviceTokens,
    ),
    guard: testGuard(),
    limits: noLimits,
    newId: createUuidV7(),
    trustedProxies: [],
    origins: [],
  },
)
const listener = await listen({ setting: 'test', host: '127.0.0.1', port: 0, handler: app.callback() })
after(() => listener.close(1_000))

test('the line of a request has the bytes of its response, and not those of others of the connection', async () => {
  for (const path of ['/json', '/stream', '/json']) {
    const headers = { 'accept-encoding': 'identity' }
    assert.ok((await (await fetch(`${listener.url}${path}`, { headers })).text()).includes(BODY))
  }
  await eventually('three lines', () => lines.length === 3)
  for (const { route, bytes } of lines)
    assert.ok(bytes > BODY.length && bytes < BODY.length + 1_000, `${route}: ${bytes}`)
})
