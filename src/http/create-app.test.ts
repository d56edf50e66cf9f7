import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { z } from 'zod'
import { DomainError } from '../domain/errors.ts'
import type { RequestContext } from '../domain/request.ts'
import { createLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { defineEndpoint, type Endpoint } from './endpoint.ts'
import { idParams, text, wholeNumber } from './fields.ts'
import { createHealth } from './health.ts'
import { appTokens as tokens, startTestApp, testAppOptions } from '../testing/test-app.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const ID = '019aa1b2-0000-7000-8000-000000000001'
const metrics = createMetrics()
let healthy: () => Promise<void> = async () => {}
let seen: RequestContext | undefined
const ok = { 200: { description: 'fine' } }

const health = createHealth({ store: () => healthy() }, metrics)
const endpoints: Endpoint[] = [
  defineEndpoint({
    method: 'GET',
    path: '/things/{id}',
    operationId: 'getThing',
    policy: 'list',
    summary: 'A thing',
    responses: ok,
    params: idParams,
    query: z.object({ limit: wholeNumber({ min: 0, max: 200, fallback: 100 }) }),
    handle: async ({ params, query, head }, context) => {
      seen = context
      return { status: 200, json: { ...params, ...query, head }, headers: { etag: '"1"' } }
    },
  }),
  defineEndpoint({
    method: 'POST',
    path: '/things',
    operationId: 'createThing',
    policy: 'list',
    summary: 'Create one',
    responses: ok,
    body: { schema: z.object({ title: text({ min: 1, max: 5 }) }), maxBytes: 100 },
    handle: async ({ body }) => ({ status: 201, json: body }),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/broken',
    operationId: 'getBroken',
    summary: 'Fails',
    policy: 'public',
    responses: ok,
    handle: async () => {
      throw new Error('the password is hunter2')
    },
  }),
  defineEndpoint({
    method: 'GET',
    path: '/lost',
    operationId: 'getLost',
    summary: 'Its server is gone',
    policy: 'public',
    responses: ok,
    handle: async () => {
      throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    },
  }),
  defineEndpoint({
    method: 'GET',
    path: '/gone',
    operationId: 'getGone',
    summary: 'Not there',
    policy: 'public',
    responses: ok,
    handle: async () => {
      throw new DomainError('document-not-found', 'there is no document 7')
    },
  }),
  defineEndpoint({
    method: 'GET',
    path: '/stream',
    operationId: 'getStream',
    summary: 'Streams',
    policy: 'public',
    responses: ok,
    handle: async () => ({
      status: 200,
      stream: Readable.from(['a', 'b']),
      headers: { 'content-type': 'text/plain' },
    }),
  }),
  defineEndpoint({
    method: 'GET',
    path: '/admin',
    operationId: 'getAdmin',
    summary: 'Admins',
    policy: 'admin',
    responses: ok,
    handle: async () => ({ status: 200, json: {} }),
  }),
  ...health.endpoints,
]

/** log lines of warnings and errors */
const warnings: string[] = []
const log = createLogger({ level: 'warn', destination: { write: (line) => void warnings.push(line) } })
const open = await startTestApp(TEST_FILE, endpoints, {
  ...testAppOptions('open'),
  log,
  trustedProxies: ['loopback'],
})
const closed = await startTestApp(TEST_FILE, endpoints, { ...testAppOptions('required'), log })

async function problem(response: Response, status: number, code: string): Promise<Record<string, unknown>> {
  assert.equal(response.status, status)
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  const body = (await response.json()) as Record<string, unknown>
  assert.equal(body['type'], `urn:docmgr:problem:${code}`)
  assert.equal(body['status'], status)
  return body
}

test('parameters are validated, and ids are accepted in every form of a UUID', async () => {
  for (const form of [ID, ID.toUpperCase(), ID.replaceAll('-', ''), `urn:uuid:${ID}`]) {
    const answer = await fetch(`${open}/things/${form}?limit=7`)
    assert.deepEqual(await answer.json(), { id: ID, limit: 7, head: false })
  }
})

test('an invalid parameter is a problem that names the field and the rule', async () => {
  const body = await problem(await fetch(`${open}/things/zzz`), 422, 'validation-failed')
  assert.match(JSON.stringify(body['errors']), /"path.id".*must be a UUID/)
  for (const limit of ['-1', '201', 'abc', '1.5', '', '1'.repeat(30)]) {
    const answer = await problem(await fetch(`${open}/things/${ID}?limit=${limit}`), 422, 'validation-failed')
    assert.deepEqual(answer['errors'], [
      { field: 'query.limit', detail: 'must be a whole number from 0 to 200' },
    ])
  }
})

test('a body is JSON of a bounded size with the right fields', async () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
    fetch(`${open}/things`, { method: 'POST', body, headers: { 'content-type': type } })
  assert.equal((await post('{"title":"äöüßé"}')).status, 201)
  await problem(await post('{"title":'), 400, 'malformed-request')
  await problem(await post(''), 400, 'malformed-request')
  await problem(await post(new Uint8Array([0x22, 0xff, 0x22])), 400, 'malformed-request')
  await problem(await post('title=a', 'application/x-www-form-urlencoded'), 415, 'unsupported-media-type')
  await problem(await post(`{"title":"${'x'.repeat(100)}"}`), 413, 'payload-too-large')
  const cases: [string, string][] = [
    ['{}', 'is required'],
    ['{"title":5}', 'must be a string'],
    ['{"title":null}', 'must be a string'],
    ['{"title":""}', 'must not be empty'],
    ['{"title":"123456"}', 'must have at most 5 characters'],
    ['{"title":"\\u0000"}', 'must not contain NUL characters'],
    ['{"title":"\\ud800"}', 'must be well-formed Unicode (it has a lone surrogate)'],
  ]
  for (const [body, detail] of cases) {
    const answer = await problem(await post(body), 422, 'validation-failed')
    assert.deepEqual(answer['errors'], [{ field: 'title', detail }], body)
  }
  await problem(await post('[]'), 422, 'validation-failed')
})

test('an unexpected error shows only the id of the request', async () => {
  const answer = await fetch(`${open}/broken`, { headers: { 'x-request-id': 'abc-1' } })
  assert.equal(answer.headers.get('x-request-id'), 'abc-1')
  const body = await problem(answer, 500, 'internal')
  assert.match(String(body['detail']), /abc-1/)
  assert.doesNotMatch(JSON.stringify(body), /hunter2/)
  assert.ok(warnings.some((line) => line.includes('abc-1') && line.includes('"level":"error"')))
})

test('a known error has its status; a server that cannot be reached is 503', async () => {
  await problem(await fetch(`${open}/gone`), 404, 'document-not-found')
  const answer = await fetch(`${open}/lost`)
  assert.equal(answer.headers.get('retry-after'), '1')
  await problem(answer, 503, 'unavailable')
})

test('an unknown path is 404, a wrong method 405 with Allow', async () => {
  await problem(await fetch(`${open}/nope`), 404, 'not-found')
  const answer = await fetch(`${open}/things/${ID}`, { method: 'PUT' })
  assert.equal(answer.headers.get('allow'), 'HEAD, GET, OPTIONS')
  await problem(answer, 405, 'method-not-allowed')
})

test('HEAD has the headers and no body', async () => {
  const answer = await fetch(`${open}/things/${ID}`, { method: 'HEAD' })
  assert.equal(answer.headers.get('etag'), '"1"')
  assert.equal(await answer.text(), '')
})

test('a stream is sent as it is', async () => {
  assert.equal(await (await fetch(`${open}/stream`)).text(), 'ab')
})

test('where authentication is required a token is needed, and its user reaches the use case', async () => {
  await problem(await fetch(`${closed}/things/${ID}`), 401, 'unauthenticated')
  const token = tokens.sign({ id: 'u1', email: 'ada@example.com', admin: false })
  const send = (authorization: string, path = `/things/${ID}`) =>
    fetch(closed + path, { headers: { authorization } })
  assert.equal((await send(`Bearer ${token}`)).status, 200)
  assert.deepEqual(seen?.principal, { kind: 'user', id: 'u1', email: 'ada@example.com', admin: false })
  await problem(await send(`Bearer ${token.slice(0, -4)}AAAA`), 401, 'unauthenticated')
  await problem(await send('Basic abc'), 401, 'unauthenticated')
  await problem(await send(`Bearer ${token}`, '/admin'), 403, 'forbidden')
  const admin = tokens.sign({ id: 'u2', email: 'bob@example.com', admin: true })
  assert.equal((await send(`Bearer ${admin}`, '/admin')).status, 200)
  assert.equal((await fetch(`${closed}/health/live`)).status, 200)
})

test('open authentication accepts anonymous requests, but no invalid token and no administrator', async () => {
  assert.equal((await fetch(`${open}/things/${ID}`)).status, 200)
  assert.deepEqual(seen?.principal, { kind: 'anonymous' })
  await problem(
    await fetch(`${open}/things/${ID}`, { headers: { authorization: 'Bearer a.b.c' } }),
    401,
    'unauthenticated',
  )
  await problem(await fetch(`${open}/admin`), 401, 'unauthenticated')
})

test('X-Forwarded-For is used from trusted proxies only', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.9' }
  await fetch(`${open}/things/${ID}`, { headers })
  assert.equal(seen?.clientAddress, '203.0.113.9')
  for (const [forwarded, address] of [
    ['2001:DB8::0:9', '2001:db8::9'],
    ['8.8.4.4, 203.0.113.9:52100', '203.0.113.9'],
    ['[2001:db8::9]:52100', '2001:db8::9'],
    ['203.0.113.9, unknown', 'unknown'],
    ['ada@example.com', 'unknown'],
    ['', '127.0.0.1'],
  ] as const) {
    await fetch(`${open}/things/${ID}`, { headers: { 'x-forwarded-for': forwarded } })
    assert.equal(seen?.clientAddress, address, forwarded)
  }
  const authorization = `Bearer ${tokens.sign({ id: 'u1', email: 'ada@example.com', admin: false })}`
  await fetch(`${closed}/things/${ID}`, { headers: { ...headers, authorization } })
  assert.equal(seen?.clientAddress, '127.0.0.1')
})

test('readiness names the failing check, and liveness does not depend on it', async () => {
  assert.deepEqual(await (await fetch(`${open}/health/ready`)).json(), {
    status: 'ready',
    checks: { store: 'ok' },
  })
  healthy = () => Promise.reject(new Error('the disk is full'))
  warnings.length = 0
  const answer = await fetch(`${open}/health/ready`)
  assert.equal(answer.status, 503)
  assert.deepEqual(await answer.json(), { status: 'not ready', checks: { store: 'the disk is full' } })
  assert.deepEqual(await (await fetch(`${open}/health/live`)).json(), { status: 'alive' })
  healthy = async () => {}
  health.drain()
  assert.equal((await fetch(`${open}/health/ready`)).status, 503)
  assert.deepEqual(warnings, [], 'readiness is not logged')
})
