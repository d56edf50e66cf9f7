import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../testing/deadline.ts'
import { openEventStream } from '../../testing/event-stream.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { newId, startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document', 'signature', 'ws'] }, TEST_FILE)
const { create, send, sign, url } = service

const open = (path: string, headers: Record<string, string> = {}, base = url) =>
  openEventStream(`${base}${path}`, headers)

test('a stream has the messages and positions of the WebSocket, and no buffers in between', async () => {
  const { id } = await create()
  const stream = await open(`/documents/${id}/events?last=start`)
  const client = await service.connect(id, { last: 'start' })
  await send('PATCH', `/documents/${id}`, { title: 'new', status: 'sent' })
  await sign(id)
  const messages = await client.changes(5)
  const events = await stream.changes(5)
  assert.deepEqual(
    events.map(({ data }) => data),
    messages,
  )
  assert.deepEqual(
    events.map(({ id }) => id),
    messages.map(({ position }) => position),
  )
  assert.ok(events.every(({ event }) => event === 'message'))
  const established = stream.events.find(({ event }) => event === 'connection.established')!
  assert.equal(established.id, established.data.data.position)
  const { headers } = stream
  assert.equal(headers.get('content-type'), 'text/event-stream')
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(headers.get('x-accel-buffering'), 'no')
  assert.equal(headers.get('content-encoding'), null)
  assert.match(stream.text(), /^retry: \d+\n\n/)
  for (const one of [stream, client]) one.close()
})

test('a stream resumes after Last-Event-ID, which counts more than the query', async () => {
  const { id } = await create()
  const first = await open(`/documents/${id}/events?last=start`)
  const created = (await first.changes(1))[0]!
  first.close()
  await send('PATCH', `/documents/${id}`, { title: 'new', status: 'sent' })
  const second = await open(`/documents/${id}/events?last=start`, { 'last-event-id': created.id! })
  const [updated, sent] = await second.changes(2)
  assert.deepEqual([updated!.data.type, sent!.data.type], ['document.updated', 'document.sent'])
  second.close()
  const third = await open(`/documents/${id}/events`, { 'last-event-id': updated!.id! })
  assert.equal((await third.changes(1))[0]!.data.type, 'document.sent')
  third.close()
})

test('an unknown position is a reset, and what is no position a problem', async () => {
  const { id } = await create()
  const unknown = `${'0'.repeat(16)}-${'0'.repeat(16)}-${'0'.repeat(8)}`
  const stream = await open(`/documents/${id}/events`, { 'last-event-id': unknown })
  const reset = await eventually('a reset', () => stream.events.find(({ event }) => event === 'reset'))
  assert.equal(reset.id, reset.data.data.position)
  stream.close()
  const cases = [
    [`/documents/${id}/events`, { 'last-event-id': 'junk' }, 400, 'header.last-event-id'],
    [`/documents/${id}/events?last=junk`, {}, 400, 'query.last'],
    [`/documents/${id}/events?token=x`, {}, 422, 'query.token'],
    ['/documents/no-uuid/events', {}, 422, 'path.id'],
    [`/documents/${newId()}/events`, {}, 404, undefined],
  ] as const
  for (const [path, headers, status, field] of cases) {
    const answer = await service.get(path, headers)
    assert.equal(answer.status, status, path)
    assert.equal(answer.body.errors?.[0].field, field)
  }
})

test('heartbeats are comments, and move the position on', async (t) => {
  const overrides = { ws: { pingMs: 50, checkMs: 20 } }
  const beating = await startTestService({ roles: ['document', 'ws'], overrides }, t)
  const [{ id }, other] = [await beating.create(), await beating.create()]
  const stream = await open(`/documents/${id}/events`, {}, beating.url)
  await beating.send('PATCH', `/documents/${other.id}`, { title: 'new' })
  const moved = await eventually(
    'a new position',
    () => /\n: heartbeat\nid: (\S+)\n\n/.exec(stream.text())?.[1],
  )
  await eventually('a plain heartbeat', () => stream.text().includes('\n: heartbeat\n\n'))
  stream.close()
  await beating.send('PATCH', `/documents/${id}`, { title: 'later' })
  const again = await open(`/documents/${id}/events`, { 'last-event-id': moved }, beating.url)
  assert.equal((await again.changes(1))[0]!.data.data.title, 'later')
  again.close()
})

test('a stream ends with its token, its server or its limits, and says why', async (t) => {
  const limits = { checkMs: 20, queuedBytes: 200_000, connections: 2, connectionsPerDocument: 9 }
  const settings = { auth: { mode: 'required' as const } }
  const other = await startTestService(
    // In whole seconds: the shortest that is left of it is one less, for all that is done with the first token.
    { roles: ['document', 'ws'], overrides: { ws: limits }, settings, tokenLifetime: 6 },
    t,
  )
  const id = await other.rows.add()
  const path = `/documents/${id}/events`
  assert.equal((await other.get(path)).status, 401)
  assert.equal((await other.get(path, { authorization: 'Bearer x.y.z' })).status, 401)
  const authorization = `Bearer ${other.token()}`
  const stream = await open(path, { authorization }, other.url)
  const client = await other.connect(id)
  assert.equal((await other.get(path, { authorization })).status, 503)
  client.close()
  await stream.ended
  const last = stream.events.at(-1)!
  assert.equal(last.event, 'connection.closed')
  assert.deepEqual([last.data.data.code, last.data.data.reason], [1008, 'the token has expired'])
  const next = await open(path, { authorization: `Bearer ${other.token()}` }, other.url)
  await other.stop()
  await next.ended
  assert.equal(next.events.at(-1)!.data.data.code, 1001)
})

test(
  'a slow reader is ended with its position, from which it misses nothing',
  { timeout: 60_000 },
  async (t) => {
    const slowService = await startTestService(
      { roles: ['document', 'ws'], overrides: { ws: { queuedBytes: 200_000, closeMs: 30_000 } } },
      t,
    )
    const id = await slowService.rows.add()
    const path = `/documents/${id}/events`
    const slow = await openEventStream(`${slowService.url}${path}`, {}, { paused: true })
    const quick = await openEventStream(`${slowService.url}${path}`)
    const body = { filler: 'x'.repeat(60_000) }
    const headers = { authorization: `Bearer ${slowService.token({ admin: true })}` }
    let changes = 0
    for (let index = 0; ; index++) {
      const { body: answer } = await slowService.send('POST', `/broadcast/${id}`, body, headers)
      if (answer.recipients < 2) break
      assert.ok(index < 1_000, 'the slow reader is ended some time')
      if (index % 10 === 0) await slowService.rows.change(id, { title: `${++changes}` })
    }
    await slowService.rows.change(id, { title: `${++changes}` })
    slow.resume()
    await slow.ended
    const last = slow.events.at(-1)!
    assert.deepEqual([last.event, last.data.data.code], ['connection.closed', 1013])
    const all = (await quick.changes(changes)).map(({ data }) => data.data.version as number)
    const seen = slow.events
      .filter(({ event, data }) => event === 'message' && data.position)
      .map(({ data }) => data.data.version as number)
    const again = await openEventStream(`${slowService.url}${path}`, {
      'last-event-id': last.data.data.position as string,
    })
    const rest = (await again.changes(all.length - seen.length)).map(
      ({ data }) => data.data.version as number,
    )
    assert.deepEqual([...seen, ...rest], all)
    for (const one of [quick, again]) one.close()
  },
)

test('a ticket opens one stream', async () => {
  const { id } = await create()
  const { ticket } = (await send('POST', '/auth/ticket')).body
  const stream = await open(`/documents/${id}/events?ticket=${ticket}`)
  assert.equal((await service.get(`/documents/${id}/events?ticket=${ticket}`)).status, 401)
  stream.close()
})

test('HEAD opens no stream', async () => {
  const { id } = await create()
  const response = await service.request('HEAD', `/documents/${id}/events`)
  assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'text/event-stream'])
  await eventually('no connection', () => service.ws.stats().connections === 0)
})
