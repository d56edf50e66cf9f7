import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { startTestDatabases, type TestDatabases } from '../../testing/database.ts'
import { eventually } from '../../testing/deadline.ts'
import { type Harness, newId, startHarness } from '../../testing/ws-harness.ts'

let databases: TestDatabases
let harness: Harness
const started: Harness[] = []
const start = async (
  ...options: Parameters<typeof startHarness> extends [unknown, ...infer R] ? R : never
) => {
  const another = await startHarness(databases, ...options)
  started.push(another)
  return another
}
before(async () => {
  databases = await startTestDatabases()
  harness = await start()
})
after(async () => {
  await Promise.all(started.map((each) => each.stop()))
  await databases?.stop()
})

const post = (path: string, body: unknown, token?: string): Promise<Response> =>
  fetch(`${harness.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })

test('GET /stats counts subscribers', async () => {
  const id = newId()
  const clients = [await harness.connect(id), await harness.connect(id), await harness.connect(newId())]
  const answer = await fetch(`${harness.url}/stats`)
  assert.deepEqual(await answer.json(), {
    total_connections: 3,
    documents_with_subscribers: 2,
    kafka_consumer_running: true,
  })
  for (const client of clients) client.close()
  await eventually('them to be gone', () => harness.role.stats().connections === 0)
  assert.equal(harness.role.stats().documents, 0)
})

test("POST /broadcast sends an administrator's message to the subscribers of a document", async () => {
  const id = newId()
  const [client, other] = [await harness.connect(id), await harness.connect(newId())]
  const answer = await post(
    `/broadcast/${id}`,
    { type: 'document.signed', note: 'hello' },
    harness.token(true),
  )
  assert.deepEqual(await answer.json(), { status: 'broadcasted', document_id: id, recipients: 1 })
  const message = await client.message('broadcast')
  assert.deepEqual(message.data, { type: 'document.signed', note: 'hello' })
  assert.equal(message.position, undefined)
  assert.ok(other.received.every(({ type }) => type !== 'broadcast'))
  assert.equal((await post(`/broadcast/${id}`, {}, harness.token())).status, 403)
  assert.equal((await post(`/broadcast/${id}`, {})).status, 401)
  assert.equal((await post(`/broadcast/${id}`, [], harness.token(true))).status, 422)
  assert.equal((await post(`/broadcast/${id}`, { x: 'x'.repeat(66_000) }, harness.token(true))).status, 413)
  for (const each of [client, other]) each.close()
})

test('GET /auth/token gives a token in open mode only', async () => {
  const query = new URLSearchParams({ user_id: 'u1', email: 'u1@example.com' })
  const answer = await fetch(`${harness.url}/auth/token?${query}`)
  const { access_token, ...rest } = (await answer.json()) as { access_token: string }
  assert.deepEqual(rest, { token_type: 'bearer', user_id: 'u1', email: 'u1@example.com' })
  const id = newId()
  await (await harness.connect(id, { token: access_token })).message('connection.established')
  assert.equal((await post(`/broadcast/${id}`, {}, access_token)).status, 403)
  assert.equal((await fetch(`${harness.url}/auth/token?user_id=u1&email=x`)).status, 422)
  const required = await start({ mode: 'required' })
  assert.equal((await fetch(`${required.url}/auth/token?${query}`)).status, 404)
  assert.equal((await fetch(`${required.url}/stats`)).status, 401)
})

test('a connection is closed when its token expires', async () => {
  const short = await start({ lifetime: 2, limits: { checkMs: 20 } })
  const client = await short.connect(newId())
  await client.message('connection.established')
  assert.deepEqual(await client.closed, { code: 1008, reason: 'the token has expired' })
})

test('connections above the limits are refused with 503', async () => {
  const limits = { connections: 3, connectionsPerDocument: 2, connectionsPerAddress: 10 }
  const small = await start({ limits })
  const id = newId()
  const clients = [await small.connect(id), await small.connect(id)]
  assert.equal(await refusal(small, id), 503)
  clients.push(await small.connect(newId()))
  assert.equal(await refusal(small, newId()), 503)
  clients[0]!.close()
  await eventually('room', () => small.role.stats().connections === 2)
  clients.push(await small.connect(id))
  for (const client of clients) client.close()
})

test('upgrades of other paths are not handled', async () => {
  for (const path of ['/', '/ws', '/ws/', '/ws/a/b', '/other']) {
    const socket = new WebSocket(`${harness.url.replace('http', 'ws')}${path}`)
    const [error] = await once(socket, 'error')
    assert.match(error.message, /Unexpected server response: 404/)
  }
})

test('a stop closes connections with 1001, even if a client does not answer', async () => {
  const stopping = await start({ limits: { stopMs: 200 } })
  const [client, deaf] = [await stopping.connect(newId()), await stopping.connect(newId())]
  await deaf.message('connection.established')
  deaf.ws.pause()
  stopping.role.drain()
  assert.equal(await refusal(stopping, newId()), 503)
  assert.equal(client.ws.readyState, WebSocket.OPEN)
  await stopping.role.stop()
  assert.deepEqual(await client.closed, { code: 1001, reason: 'this server is stopping' })
  assert.equal(stopping.role.stats().connections, 0)
  deaf.ws.resume()
  await deaf.closed
})

/** The status that a connection is refused with. */
async function refusal({ url, token }: Harness, id: string): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/${id}?token=${token()}`)
  socket.on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  socket.terminate()
  return response.statusCode
}
