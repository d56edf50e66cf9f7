import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { eventually } from '../../testing/deadline.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService, type TestService } from '../../testing/test-service.ts'
import type { WsLimits } from './limits.ts'

const service = await startTestService({ roles: ['document', 'ws'] }, TEST_FILE)
const startWith = (limits: Partial<WsLimits>, options: { tokenLifetime?: number } = {}) =>
  startTestService({ roles: ['document', 'ws'], overrides: { ws: limits }, ...options }, TEST_FILE)

const post = (path: string, body: unknown, token?: string): Promise<Response> =>
  fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })

test('GET /stats counts subscribers', async () => {
  const [id, other] = [await service.rows.add(), await service.rows.add()]
  const clients = [await service.connect(id), await service.connect(id), await service.connect(other)]
  const answer = await fetch(`${service.url}/stats`)
  assert.deepEqual(await answer.json(), {
    total_connections: 3,
    documents_with_subscribers: 2,
    kafka_consumer_running: true,
  })
  for (const client of clients) client.close()
  await eventually('them to be gone', () => service.ws.stats().connections === 0)
  assert.equal(service.ws.stats().documents, 0)
})

test("POST /broadcast sends an administrator's message to the subscribers of a document", async () => {
  const id = await service.rows.add()
  const [client, other] = [await service.connect(id), await service.connect(await service.rows.add())]
  const answer = await post(
    `/broadcast/${id}`,
    { type: 'document.signed', note: 'hello' },
    service.token({ admin: true }),
  )
  assert.deepEqual(await answer.json(), { status: 'broadcasted', document_id: id, recipients: 1 })
  const message = await client.message('broadcast')
  assert.deepEqual(message.data, { type: 'document.signed', note: 'hello' })
  assert.equal(message.position, undefined)
  assert.ok(other.received.every(({ type }) => type !== 'broadcast'))
  assert.equal((await post(`/broadcast/${id}`, {}, service.token())).status, 403)
  assert.equal((await post(`/broadcast/${id}`, {})).status, 401)
  assert.equal((await post(`/broadcast/${id}`, [], service.token({ admin: true }))).status, 422)
  assert.equal(
    (await post(`/broadcast/${id}`, { x: 'x'.repeat(66_000) }, service.token({ admin: true }))).status,
    413,
  )
  for (const each of [client, other]) each.close()
})

test('GET /auth/token gives a token in open mode only', async () => {
  const query = new URLSearchParams({ user_id: 'u1', email: 'u1@example.com' })
  const answer = await fetch(`${service.url}/auth/token?${query}`)
  const { access_token, ...rest } = (await answer.json()) as { access_token: string }
  assert.deepEqual(rest, { token_type: 'bearer', user_id: 'u1', email: 'u1@example.com' })
  const id = await service.rows.add()
  await (await service.connect(id, { token: access_token })).message('connection.established')
  assert.equal((await post(`/broadcast/${id}`, {}, access_token)).status, 403)
  assert.equal((await fetch(`${service.url}/auth/token?user_id=u1&email=x`)).status, 422)
  const required = await startTestService(
    { roles: ['document', 'ws'], settings: { auth: { mode: 'required' } } },
    TEST_FILE,
  )
  assert.equal((await fetch(`${required.url}/auth/token?${query}`)).status, 404)
  assert.equal((await fetch(`${required.url}/stats`)).status, 401)
})

test('a connection is closed when its token expires', async () => {
  const short = await startWith({ checkMs: 20 }, { tokenLifetime: 4 })
  const client = await short.connect(await short.rows.add())
  await client.message('connection.established')
  assert.deepEqual(await client.closed, { code: 1008, reason: 'the token has expired' })
})

test('connections above the limits are refused with 503', async () => {
  const small = await startWith({ connections: 3, connectionsPerDocument: 2 })
  const [id, other] = [await small.rows.add(), await small.rows.add()]
  const clients = [await small.connect(id), await small.connect(id)]
  assert.equal(await refusal(small, id), 503)
  clients.push(await small.connect(other))
  assert.equal(await refusal(small, other), 503)
  clients[0]!.close()
  await eventually('room', () => small.ws.stats().connections === 2)
  clients.push(await small.connect(id))
  for (const client of clients) client.close()
})

test('connections beyond a limit of their client are refused with 429, over both transports', async () => {
  const limits = { addressSockets: 3, principalSockets: 2 }
  const small = await startTestService({ roles: ['document', 'ws'], settings: { limits } }, TEST_FILE)
  const id = await small.rows.add()
  const clients = [await small.connect(id), await small.connect(id)]
  assert.equal(await refusal(small, id), 429)
  const authorization = `Bearer ${small.token()}`
  const stream = await fetch(`${small.url}/documents/${id}/events`, { headers: { authorization } })
  assert.equal(stream.status, 429)
  assert.match(
    ((await stream.json()) as { detail: string }).detail,
    /more than 2 open connections of this principal/,
  )
  clients.push(await small.connect(id, { token: small.token({ id: 'grace' }) }))
  assert.equal(await refusal(small, id), 429)
  for (const client of clients) client.close()
  await eventually('room', () => small.ws.stats().connections === 0)
  const again = await small.connect(id)
  await again.message('connection.established')
  again.close()
})

test('upgrades of other paths are not handled', async () => {
  for (const path of ['/x', '/wsx', '/ws/a/b', '/other']) {
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}${path}`)
    const [error] = await once(socket, 'error')
    assert.match(error.message, /Unexpected server response: 404/)
  }
})

test('a stop closes connections with 1001, even if a client does not answer', async () => {
  const stopping = await startWith({ stopMs: 200 })
  const id = await stopping.rows.add()
  const [client, deaf] = [await stopping.connect(id), await stopping.connect(id)]
  await deaf.message('connection.established')
  deaf.ws.pause()
  stopping.ws.drain()
  assert.equal(await refusal(stopping, id), 503)
  assert.equal(client.ws.readyState, WebSocket.OPEN)
  await stopping.ws.stop()
  assert.deepEqual(await client.closed, { code: 1001, reason: 'this server is stopping' })
  assert.equal(stopping.ws.stats().connections, 0)
  deaf.ws.resume()
  await deaf.closed
})

/** The status that a connection is refused with. */
async function refusal({ url, token }: TestService, id: string): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/${id}?token=${token()}`)
  socket.on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  socket.terminate()
  return response.statusCode
}
