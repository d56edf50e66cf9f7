import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomainError } from '../../domain/errors.ts'
import { createApp } from '../../http/create-app.ts'
import { listen } from '../../http/listen.ts'
import { createLogger } from '../../runtime/logger.ts'
import { eventually } from '../../testing/deadline.ts'
import { createEventEdges } from '../../testing/event-edges.ts'
import { rawUpgrade } from '../../testing/raw-upgrade.ts'
import { appTokens, testAppOptions } from '../../testing/test-app.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import type { Subscriber } from './subscriber.ts'

const ID = '019aa1b2-0000-7000-8000-000000000001'
const UNKNOWN = '019aa1b2-0000-7000-8000-000000000002'

const lines: Record<string, unknown>[] = []
const log = createLogger({
  level: 'info',
  destination: { write: (line) => void lines.push(JSON.parse(line)) },
})
const { upgrade } = createEventEdges(
  async ({ documentId }) => {
    if (documentId === UNKNOWN) throw new DomainError('document-not-found', 'it does not exist')
    return { start: () => ({ answer() {} }) as unknown as Subscriber }
  },
  { ...testAppOptions('required'), log },
)
const handler = createApp([], testAppOptions()).callback()
const server = await listen({ setting: 'test', host: '127.0.0.1', port: 0, handler, upgrade })
TEST_FILE.after(() => server.close(500))

const token = appTokens.sign({ id: 'ada', email: 'ada@example.com', admin: false })
const authorization = `Bearer ${token}`

test('each request for a WebSocket is one line of the log, as a request over REST is', async () => {
  const cases: [
    path: string,
    headers: Record<string, string | undefined>,
    status: number,
    expected: object,
  ][] = [
    [`/ws/${ID}`, { authorization }, 101, { document: ID, principal: 'user:ada' }],
    ['/ws', { authorization }, 101, { route: '/ws', principal: 'user:ada' }],
    [`/ws/${UNKNOWN}`, { authorization }, 404, { document: UNKNOWN, principal: 'user:ada' }],
    [`/ws/${ID}?token=x.y.z`, {}, 101, { closed: 1008, principal: 'anonymous' }],
    [`/ws/${ID}`, { authorization: 'Bearer x.y.z' }, 401, { principal: 'anonymous' }],
    ['/ws/no-uuid', { authorization }, 422, { route: '/ws/{document_id}' }],
    [`/ws/${ID}`, { authorization, 'sec-websocket-key': undefined }, 400, { document: ID }],
    [`/ws/${ID}`, { authorization, 'sec-websocket-version': '7' }, 400, { document: ID }],
  ]
  for (const [index, [path, headers, status, expected]] of cases.entries()) {
    const requestId = `case-${index}`
    const answer = await rawUpgrade(`${server.url}${path}`, { ...headers, 'x-request-id': requestId })
    assert.deepEqual([answer.status, answer.headers['x-request-id']], [status, requestId], path)
    const line = await eventually('the line', () => lines.find((one) => one['requestId'] === requestId))
    const common = { address: '127.0.0.1', method: 'GET', status, msg: 'request' }
    assert.deepEqual({ ...line, ...common, ...expected }, line)
    assert.equal(typeof line!['ms'], 'number')
  }
  assert.equal(lines.length, cases.length)
  assert.ok(!JSON.stringify(lines).includes('x.y.z'))
})

test('a handshake that is wrong is answered as every other request', async () => {
  const cases: [headers: Record<string, string | undefined>, field: string][] = [
    [{ 'sec-websocket-key': undefined }, 'header.sec-websocket-key'],
    [{ 'sec-websocket-key': 'short' }, 'header.sec-websocket-key'],
    [{ 'sec-websocket-version': '7' }, 'header.sec-websocket-version'],
    [{ 'sec-websocket-protocol': 'docmgr.v1,,' }, 'header.sec-websocket-protocol'],
  ]
  for (const [headers, field] of cases) {
    const answer = await rawUpgrade(`${server.url}/ws`, { authorization, ...headers })
    const { type, errors } = JSON.parse(answer.text) as { type: string; errors: { field: string }[] }
    assert.deepEqual([answer.status, type], [400, 'urn:docmgr:problem:malformed-request'], field)
    assert.equal(errors[0]!.field, field)
    assert.equal(answer.headers['content-type'], 'application/problem+json')
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.equal(
      answer.headers['sec-websocket-version'],
      headers['sec-websocket-version'] ? '13' : undefined,
      field,
    )
  }
})
