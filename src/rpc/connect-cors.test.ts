import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../testing/deadline.ts'
import { GONE, startRpcServers } from '../testing/rpc-servers.ts'
import { TEST_FILE } from '../testing/test-file.ts'

/** a web page of another origin that may read responses */
const PAGE = 'https://app.example'
const OTHERS = ['null', 'http://app.example', `${PAGE}:8443`, `${PAGE}.evil.example`]
const METHOD = '/document.DocumentService/DocumentExists'

const open = await startRpcServers('open', [PAGE])
TEST_FILE.after(() => open.stop())
const closed = await startRpcServers('required', [PAGE])
TEST_FILE.after(() => closed.stop())

const corsOf = ({ headers }: Response): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

const call = (
  url: string,
  headers: Record<string, string>,
  body = JSON.stringify({ documentId: GONE }),
): Promise<Response> =>
  fetch(`${url}${METHOD}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })

const preflight = (url: string, origin: string, path = METHOD): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,connect-protocol-version,content-type',
    },
  })

test('a page of a configured origin may ask before a call, without a token', async () => {
  for (const { url } of [open, closed]) {
    const response = await preflight(url, PAGE)
    assert.equal(response.status, 204)
    assert.equal(response.headers.get('allow'), 'POST, OPTIONS')
    assert.match(response.headers.get('vary')!, /Origin/)
    assert.deepEqual(corsOf(response), {
      'access-control-allow-headers': '*, Authorization',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-origin': PAGE,
      'access-control-expose-headers': '*',
      'access-control-max-age': '7200',
    })
  }
})

test('a page of a configured origin may read the answer to a call, and why it was refused', async () => {
  const expected = { 'access-control-allow-origin': PAGE, 'access-control-expose-headers': '*' }
  const web = { 'content-type': 'application/grpc-web+proto' }
  const responses = {
    answer: await call(open.url, { origin: PAGE, 'sec-fetch-site': 'cross-site' }),
    'answer without a message': await call(open.url, { origin: PAGE }, '{'),
    'unknown method': await fetch(`${open.url}${METHOD}s`, { method: 'POST', headers: { origin: PAGE } }),
    'no token': await call(closed.url, { origin: PAGE }),
    'no token, gRPC-Web': await call(closed.url, { origin: PAGE, ...web }),
    'gRPC-Web': await call(open.url, { origin: PAGE, ...web }, '\0\0\0\0\0'),
    compressed: await call(open.url, { origin: PAGE, 'content-encoding': 'gzip' }),
    'other method': await fetch(`${open.url}${METHOD}`, { headers: { origin: PAGE } }),
  }
  for (const [name, response] of Object.entries(responses)) {
    assert.deepEqual(corsOf(response), expected, `${name}: ${response.status}`)
    assert.match(response.headers.get('vary')!, /Origin/, name)
    assert.match(response.headers.get('x-request-id')!, /^[\w-]{36}$/, name)
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff', name)
    assert.equal(response.headers.get('cache-control'), 'no-store', name)
  }
  assert.equal(responses.answer.status, 200)
})

test('a call that is answered before it can be run is counted', async () => {
  const count = async (method: string, status: string): Promise<number> => {
    const text = await open.metrics.registry.metrics()
    const labels = `{protocol="connect",method="${method}",status="${status}"}`
    const line = text
      .split('\n')
      .find((each) => each.startsWith(`docmgr_rpc_duration_seconds_count${labels}`))
    return Number(line?.split(' ')[1] ?? 0)
  }
  const cases: [method: string, status: string, call: () => Promise<Response>][] = [
    ['DocumentExists', 'INVALID_ARGUMENT', () => call(open.url, {}, '{')],
    ['DocumentExists', 'UNIMPLEMENTED', () => call(open.url, { 'content-type': 'text/plain' })],
    ['unknown', 'UNIMPLEMENTED', () => fetch(`${open.url}${METHOD}s`, { method: 'POST' })],
  ]
  for (const [method, status, send] of cases) {
    const before = await count(method, status)
    assert.ok((await send()).status >= 400)
    await eventually(`${method} ${status}`, async () => (await count(method, status)) === before + 1)
  }
})

test('no other page gets a header of CORS, and in open mode none can call', async () => {
  for (const origin of OTHERS) {
    for (const { url } of [open, closed]) {
      const response = await preflight(url, origin)
      assert.deepEqual([response.status, corsOf(response)], [204, {}], origin)
    }
    const answers = [await call(open.url, { origin }), await call(closed.url, { origin })]
    assert.deepEqual(
      answers.map((response) => [response.status, corsOf(response)]),
      [
        [403, {}],
        [401, {}],
      ],
      origin,
    )
  }
})
