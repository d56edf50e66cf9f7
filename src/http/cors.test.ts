import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { z } from 'zod'
import { startTestApp, testAppOptions } from '../testing/test-app.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { defineEndpoint, type Endpoint } from './endpoint.ts'

/** a web page of another origin that may read responses */
const PAGE = 'https://app.example'
const read = { method: 'GET', summary: 'Reads', policy: 'list', responses: {} } as const
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
    policy: 'create',
    responses: {},
    body: { schema: z.object({}), maxBytes: 100 },
    handle: async () => ({ status: 201 }),
  }),
]
const serve = (mode: 'open' | 'required'): Promise<string> =>
  startTestApp(TEST_FILE, endpoints, { ...testAppOptions(mode), origins: [PAGE] })
const open = await serve('open')
const closed = await serve('required')

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
  const unknown = await fetch(`${closed}/nowhere`, {
    method: 'OPTIONS',
    headers: { origin: PAGE, 'access-control-request-method': 'PATCH' },
  })
  assert.deepEqual([unknown.status, unknown.headers.get('access-control-allow-methods')], [204, '*'])
  const other = await ask('https://other.example')
  assert.deepEqual(
    [...other.headers.keys()].filter((name) => name.startsWith('access-control')),
    [],
  )
})
