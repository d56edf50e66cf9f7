import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { OpenFeed } from '../../ports/changes/feed.ts'
import { deferred, eventually } from '../../testing/deadline.ts'
import { factOf, isChange } from '../../testing/socket.ts'
import { newId, startTestService } from '../../testing/test-service.ts'
import type { WsLimits } from './limits.ts'

const start = (t: TestContext, limits: Partial<WsLimits> = {}, feed = (opened: OpenFeed) => opened) =>
  startTestService({ roles: ['document', 'ws'], overrides: { ws: limits, feed } }, t)

test('a client that has the first message of an event receives the second one', async (t) => {
  const { rows, connect, feed } = await start(t)
  const id = await rows.add()
  const beginning = feed.position()
  await rows.change(id, { title: 'both', status: 'sent' })
  await rows.change(id, { status: 'viewed' })
  const all = await connect(id, { last: beginning })
  const sent = await all.changes(3)
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['document.updated', 'document.sent', 'document.viewed'],
  )
  const rest = await connect(id, { last: sent[0]!.position! })
  assert.deepEqual((await rest.changes(2)).map(factOf), ['document.sent 2', 'document.viewed 3'])
  const last = await connect(id, { last: sent[1]!.position! })
  assert.deepEqual((await last.changes(1)).map(factOf), ['document.viewed 3'])
  for (const client of [all, rest, last]) client.close()
})

test('last=start gives the whole history of the document', async (t) => {
  const { rows, connect } = await start(t)
  const id = await rows.add()
  await rows.change(id, { title: 'new' })
  const client = await connect(id, { last: 'start' })
  const { data } = await client.message('connection.established')
  assert.equal(data.resumed, true)
  assert.notEqual(data.position, 'start')
  await client.changes(2)
  await rows.sign(id)
  assert.deepEqual(
    (await client.changes(3)).map(({ type }) => type),
    ['document.created', 'document.updated', 'signature.added'],
  )
  client.close()
})

test('pongs move the position forward without events of the document', async (t) => {
  const { rows, connect } = await start(t)
  const id = await rows.add()
  const client = await connect(id)
  const { position } = (await client.message('connection.established')).data
  const other = await rows.add()
  const watcher = await connect(other, { last: position })
  await watcher.changes(1)
  client.send({ type: 'ping', timestamp: 1 })
  const pong = await client.message('pong')
  assert.equal(pong.position, watcher.received.at(-1)!.position)
  for (const each of [client, watcher]) each.close()
})

test('an unknown position leads to a reset with a new position', async (t) => {
  const { rows, connect } = await start(t)
  const id = await rows.add()
  const kafka = 'AAAAAAAA.d0.B..A'
  for (const last of [kafka, `${'0'.repeat(16)}-${'0'.repeat(16)}-${'0'.repeat(8)}`]) {
    const client = await connect(id, { last })
    const reset = await client.message('reset')
    assert.equal(typeof reset.data.reason, 'string')
    await rows.change(id, { title: newId() })
    const [change] = (await client.changes(1)).slice(-1)
    client.close()
    await rows.change(id, { title: newId() })
    const again = await connect(id, { last: reset.data.position })
    await eventually('what came after the reset', () => {
      const versions = again.received.filter(isChange).map(({ data }) => data.version)
      return versions.includes(change!.data.version) && versions.includes(change!.data.version + 1)
    })
    again.close()
  }
})

test('a client that is further behind than the limit is reset', async (t) => {
  const { rows, connect, feed } = await start(t, { replayEvents: 3 })
  const id = await rows.add()
  const last = feed.position()
  const watching = await connect(id)
  for (let index = 0; index < 5; index++) await rows.change(id, { title: `${index}` })
  // All five: a client that comes after the first of them is not behind.
  await eventually('the last change', () => watching.received.find(({ data }) => data?.version === 6))
  const client = await connect(id, { last })
  await client.message('reset')
  for (const one of [client, watching]) one.close()
})

test('too many events during a resume lead to a reset, and nothing is missed after it', async (t) => {
  const gate = deferred()
  const service = await start(t, { replayBuffer: 3 }, (opened) => ({
    ...opened,
    replay: async (...args) => {
      await gate.promise
      return opened.replay(...args)
    },
  }))
  const { rows, connect, feed, ws } = service
  const id = await rows.add()
  const client = await connect(id, { last: feed.position() })
  await client.message('connection.established')
  client.send({ type: 'ping' })
  assert.equal((await client.message('pong')).position, undefined)
  for (let index = 0; index < 6; index++) await rows.change(id, { title: `${index}` })
  const reset = await client.message('reset')
  await rows.change(id, { title: 'after' })
  await eventually('the last change', () => client.received.find(({ data }) => data?.version === 8))
  gate.resolve()
  await rows.change(id, { title: 'end' })
  await eventually('the end', () => client.received.find(({ data }) => data?.version === 9))
  const versions = client.received.filter(isChange).map(({ data }) => data.version)
  assert.deepEqual(
    versions,
    versions.toSorted((a, b) => a - b),
  )
  assert.equal(new Set(versions).size, versions.length)
  assert.ok(client.received.indexOf(reset) < client.received.findIndex(isChange))
  assert.equal(ws.stats().connections, 1)
  client.close()
})

test('a resume whose events cannot be read in time is closed with 1013', async (t) => {
  const hang = (opened: OpenFeed): OpenFeed => ({ ...opened, replay: () => new Promise(() => {}) })
  const { connect, feed, rows } = await start(t, { replayMs: 50 }, hang)
  const client = await connect(await rows.add(), { last: feed.position() })
  assert.equal((await client.closed).code, 1013)
})

test('every client is reset when the feed has lost its position', async (t) => {
  const { rows, connect, ws, feed } = await start(t)
  const id = await rows.add()
  const clients = await Promise.all([
    connect(id),
    connect(await rows.add()),
    connect(id, { last: feed.position() }),
  ])
  await Promise.all(clients.map((client) => client.message('connection.established')))
  ws.consumer.onReset!('the slot is gone')
  for (const client of clients) assert.equal((await client.message('reset')).data.reason, 'the slot is gone')
  await rows.change(id, { title: 'after' })
  await eventually('the change', () => clients[0]!.received.find(({ data }) => data?.version === 2))
  for (const client of clients) client.close()
})

test('a client resumes at another process after a crash, without a gap or a duplicate', async (t) => {
  const first = await start(t)
  const { rows } = first
  const id = await rows.add()
  const client = await first.connect(id)
  await client.message('connection.established')
  for (let index = 0; index < 5; index++) await rows.change(id, { title: `before ${index}` })
  await eventually('the last change', () => client.received.find(({ data }) => data.version === 6))
  first.kill()
  await client.closed
  for (let index = 0; index < 5; index++) await rows.change(id, { title: `down ${index}` })
  const { database, slot } = first
  const second = await startTestService(
    { roles: ['document', 'ws'], database, settings: { changes: { slot } } },
    t,
  )
  const last = client.received.at(-1)!.position!
  const resumed = await second.connect(id, { last })
  await rows.change(id, { title: 'end' })
  await eventually('the end', () => resumed.received.find(({ data }) => data?.version === 12))
  const versions = resumed.received.filter(isChange).map(({ data }) => data.version)
  assert.deepEqual(versions, [7, 8, 9, 10, 11, 12])
  resumed.close()
})

test('a slow client that was closed resumes without a gap', { timeout: 60_000 }, async (t) => {
  const { rows, connect, url, token } = await start(t, { queuedBytes: 200_000, closeMs: 30_000 })
  const id = await rows.add()
  const slow = await connect(id)
  const quick = await connect(id)
  await quick.message('connection.established')
  slow.ws.pause()
  await rows.change(id, { title: 'before the flood' })
  // Sent to both: the flood may fill the slow one's buffers before a change has been through the log.
  await quick.changes(1)
  // What the kernels keep between the two is many megabytes.
  const filler = JSON.stringify({ filler: 'x'.repeat(60_000) })
  const flood = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${token({ admin: true })}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/broadcast/${id}`, { method: 'POST', headers, body: filler })
    return ((await answer.json()) as { recipients: number }).recipients
  }
  let changes = 1
  for (let index = 0; (await flood()) === 2; index++) {
    assert.ok(index < 1000, 'the slow client is closed some time')
    if (index % 10 === 0) await rows.change(id, { title: `flood ${++changes}` })
  }
  for (let index = 0; index < 3; index++) await rows.change(id, { title: `after ${++changes}` })
  slow.ws.resume()
  const { code: closeCode, reason } = await slow.closed
  assert.equal(closeCode, 1013)
  const { last } = JSON.parse(reason) as { last: string }
  const got = slow.received.filter(isChange)
  assert.equal(got.at(-1)!.position, last)
  const total = (await quick.changes(changes)).map(factOf)
  const missing = total.length - got.length
  assert.ok(missing > 0)
  const resumed = await connect(id, { last })
  assert.deepEqual([...got, ...(await resumed.changes(missing))].map(factOf), total)
  for (const client of [quick, resumed]) client.close()
})
