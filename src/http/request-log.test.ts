import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { createLogger } from '../runtime/logger.ts'
import { eventually } from '../testing/deadline.ts'
import { startTestApp, testAppOptions } from '../testing/test-app.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { defineEndpoint, type Endpoint, type HttpResponse } from './endpoint.ts'

const BODY = 'x'.repeat(5_000)
const lines: { route: string; bytes: number }[] = []
const of = (path: string, response: () => HttpResponse, more: Partial<Endpoint> = {}) =>
  defineEndpoint({
    method: 'GET',
    path,
    operationId: path.slice(1),
    summary: 'Reads',
    policy: 'list',
    responses: {},
    handle: async () => response(),
    ...more,
  })
const url = await startTestApp(
  TEST_FILE,
  [
    of('/json', () => ({ status: 200, json: BODY })),
    of('/login', () => ({ status: 200, json: {} }), { policy: 'public' }),
    of('/probe', () => ({ status: 200, json: {} }), { policy: 'public', unlimited: true }),
    of('/stream', () => ({ status: 200, stream: Readable.from([BODY]) })),
  ],
  {
    ...testAppOptions(),
    log: createLogger({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } }),
  },
)

test('the line of a request has the bytes of its response, and not those of others of the connection', async () => {
  for (const path of ['/json', '/stream', '/json']) {
    const headers = { 'accept-encoding': 'identity' }
    assert.ok((await (await fetch(`${url}${path}`, { headers })).text()).includes(BODY))
  }
  await eventually('three lines', () => lines.length === 3)
  for (const { route, bytes } of lines)
    assert.ok(bytes > BODY.length && bytes < BODY.length + 1_000, `${route}: ${bytes}`)
})

test('what needs no token is logged as well, except probes', async () => {
  lines.length = 0
  for (const path of ['/probe', '/login', '/nowhere']) await (await fetch(`${url}${path}`)).text()
  await eventually('two lines', () => lines.length === 2)
  assert.deepEqual(
    lines.map(({ route }) => route),
    ['/login', 'none'],
  )
})
