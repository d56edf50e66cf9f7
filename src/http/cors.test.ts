import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { createAuthenticator } from '../auth/authenticator.ts'
import { serviceTokens } from '../testing/service-tokens.ts'
import { createTokens } from '../auth/tokens.ts'
import { systemClock } from '../runtime/clock.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { noLimits } from '../testing/no-limits.ts'
import { testGuard } from '../testing/test-guard.ts'
import { createApp, createHttpMetrics } from './create-app.ts'
import { defineEndpoint, type Endpoint } from './endpoint.ts'
import { type HttpListener, listen } from './listen.ts'

/** a web page of another origin that may read responses */
const PAGE = 'https://app.example'
const tokens = createTokens({ secret: 'x'.repeat(32), issuer: 'i', audience: 'a', lifetime: 60 }, systemClock)
const read = { method: 'GET', summary: 'Reads', responses: {} } as const
const endpoints: Endpoint[] = [
  defineEndpoint({
    ...read,
    path: '/things',
    operationId: 'getThings',
    handle: async () => ({ status: 200, json: [] }),
  }),
  defineEndpoint({
    ...read,
    path: '/broken',
    operationId: 'getBroken',
    handle: async () => {
      throw new Error('broken')
    },
  }),
  defineEndpoint({
    ...read,
    path: '/stream',
    operationId: 'getStream',
    handle: async () => ({ status: 200, stream: Readable.from(['a']) }),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/things',
    operationId: 'createThing',
    summary: 'Creates',
    responses: {},
    body: { schema: z.object({}), maxBytes: 100 },
    handle: async () => ({ status: 201 }),
  }),
]
const listeners: HttpListener[] = []
let open = ''
let closed = ''

before(async () => {
  const serve = async (mode: 'open' | 'required'): Promise<string> => {
    const app = createApp(endpoints, {
      log: silentLogger,
      metrics: createHttpMetrics(createMetrics()),
      authenticator: createAuthenticator(mode, tokens, serviceTokens),
      guard: testGuard(mode),
      limits: noLimits,
      newId: createUuidV7(),
      trustedProxies: [],
      origins: [PAGE],
    })
    const listener = await listen({
      setting: 'listen.http',
      host: '127.0.0.1',
      port: 0,
      handler: app.callback(),
    })
    listeners.push(listener)
    return listener.url
  }
  open = await serve('open')
  closed = await serve('required')
})

after(() => Promise.all(listeners.map((listener) => listener.close(1_000))))

test('a page of a configured origin may read every response', async () => {
  const paths = ['/things', '/nowhere', '/broken', '/stream']
  for (const path of paths) {
    const { headers } = await fetch(`${open}${path}`, { headers: { origin: PAGE } })
    assert.equal(headers.get('access-control-allow-origin'), PAGE, path)
    assert.equal(headers.get('access-control-expose-headers'), '*', path)
    assert.equal(headers.get('access-control-allow-credentials'), null, path)
    assert.match(headers.get('vary')!, /(^|, )Origin$/, path)
  }
  const refused = await fetch(`${closed}/things`, { method: 'POST', headers: { origin: PAGE } })
  assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [401, PAGE])
})

test('no other page may read a response, and caches know that the origin counts', async () => {
  for (const origin of [undefined, 'null', 'http://app.example', `${PAGE}:8443`, `${PAGE}.evil.example`]) {
    const { headers } = await fetch(`${open}/things`, { headers: origin ? { origin } : {} })
    assert.equal(headers.get('access-control-allow-origin'), null, origin)
    assert.match(headers.get('vary')!, /Origin/, origin)
  }
})

test('a preflight request needs no token and tells what a page may send', async () => {
  const ask = (origin: string) =>
    fetch(`${closed}/things`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
  const { status, headers } = await ask(PAGE)
  assert.equal(status, 204)
  assert.equal(headers.get('access-control-allow-origin'), PAGE)
  assert.equal(headers.get('access-control-allow-methods'), 'HEAD, GET, POST, OPTIONS')
  assert.equal(headers.get('access-control-allow-headers'), '*, Authorization')
  assert.equal(headers.get('access-control-max-age'), '7200')
  const other = await ask('https://other.example')
  assert.deepEqual(
    [...other.headers.keys()].filter((name) => name.startsWith('access-control')),
    [],
  )
})
