import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../testing/deadline.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { newId, startTestService } from '../../testing/test-service.ts'

/** A client of this process that is alive has the time between two pings to answer, also on a busy machine. */
const limits = { checkMs: 20, pingMs: 1_000, messageBurst: 20 }
const service = await startTestService({ roles: ['document', 'ws'], overrides: { ws: limits } }, TEST_FILE)
const { connect, rows } = service

test('a new connection receives the position from which it misses nothing', async () => {
  const id = await rows.add()
  const client = await connect(id.toUpperCase())
  const { data, timestamp } = await client.message('connection.established')
  assert.equal(data.document_id, id)
  assert.equal(typeof data.position, 'string')
  assert.equal(data.resumed, false)
  assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000)
  client.close()
})

test('a connection without a valid token is closed with 1008', async () => {
  const ways = 'header authorization, subprotocol bearer.TOKEN, ?ticket=… or ?token=…'
  const cases = [
    ['', `a token is required: ${ways}`],
    ['nonsense', 'the token is not accepted: its header is not JSON in base64url'],
    [`${service.token()}x`, 'the token is not accepted: its signature does not match'],
  ] as const
  for (const [token, reason] of cases) {
    const client = await connect(newId(), { token })
    assert.deepEqual(await client.closed, { code: 1008, reason: reason.slice(0, 100) })
    assert.deepEqual(client.received, [])
  }
})

test('a ping is answered with its timestamp, an invalid message with an error', async () => {
  const client = await connect(await rows.add())
  client.send({ type: 'ping', timestamp: '2026-01-01T00:00:00Z' })
  const pong = await client.message('pong')
  assert.equal(pong.timestamp, '2026-01-01T00:00:00Z')
  assert.equal(typeof pong.position, 'string')
  for (const nonsense of ['{', '[]', '{"type":"dance"}', 'null']) client.send(nonsense)
  client.ws.send(Buffer.from('{}'), { binary: true })
  await eventually('the answers', () => client.received.filter(({ type }) => type === 'error').length === 5)
  assert.equal(client.received.find(({ type }) => type === 'error')!.data.detail, 'the message is not JSON')
  assert.equal(client.ws.readyState, client.ws.OPEN)
  client.close()
})

test('a client that sends too much is disconnected', async () => {
  const large = await connect(await rows.add())
  large.send('x'.repeat(5000))
  assert.equal((await large.closed).code, 1009)
  const many = await connect(await rows.add())
  for (let index = 0; index < 30; index++) many.send({ type: 'ping' })
  assert.deepEqual(await many.closed, { code: 1008, reason: 'too many messages' })
})

test('a client that answers no pings is disconnected', async () => {
  const alive = await connect(await rows.add())
  const dead = await connect(await rows.add())
  dead.ws.pause()
  const id = (await alive.message('connection.established')).data.document_id
  await eventually('the dead one to be dropped', () => {
    return service.ws.stats().connections === 1
  })
  dead.ws.resume()
  assert.equal((await dead.closed).code, 1006)
  await rows.change(id, { title: 'still here' })
  await alive.message('document.updated')
  alive.close()
})
