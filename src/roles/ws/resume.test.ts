import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { ChangeFeed } from '../../ports/changes/port.ts'
import { startTestDatabases, type TestDatabases } from '../../testing/database.ts'
import { deferred, eventually } from '../../testing/deadline.ts'
import {
  facts,
  type Harness,
  type HarnessOptions,
  isChange,
  newId,
  startHarness,
} from '../../testing/ws-harness.ts'

let databases: TestDatabases
const harnesses: Harness[] = []
const start = async (options?: HarnessOptions): Promise<Harness> => {
  const harness = await startHarness(databases, options)
  harnesses.push(harness)
  return harness
}
before(async () => (databases = await startTestDatabases()))
afterEach(async () => {
  await Promise.all(harnesses.splice(0).map((harness) => harness.stop()))
})
after(() => databases?.stop())

test('a client that resumes receives what it missed, in order and once, then new events', async () => {
  const { documents, connect } = await start()
  const id = await documents.add()
  const first = await connect(id)
  await first.message('connection.established')
  await documents.change(id, { title: 'seen' })
  const seen = (await first.changes(1)).at(-1)!
  first.close()
  await first.closed
  for (let index = 0; index < 20; index++) await documents.change(id, { title: `missed ${index}` })
  const second = await connect(id, { last: seen.position! })
  const { data } = await second.message('connection.established')
  assert.deepEqual([data.resumed, data.position], [true, seen.position])
  await second.changes(20)
  await documents.change(id, { title: 'live' })
  const versions = (await second.changes(21)).map((message) => message.data.version)
  assert.deepEqual(
    versions,
    Array.from({ length: 21 }, (_, index) => seen.data.version + 1 + index),
  )
  second.close()
})

test('a client that has the first message of an event receives the second one', async () => {
  const { documents, connect, feed } = await start()
  const id = await documents.add()
  const beginning = feed.position()
  await documents.change(id, { title: 'both', status: 'sent' })
  await documents.change(id, { status: 'viewed' })
  const all = await connect(id, { last: beginning })
  const sent = await all.changes(3)
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['document.updated', 'document.sent', 'document.viewed'],
  )
  const rest = await connect(id, { last: sent[0]!.position! })
  assert.deepEqual((await rest.changes(2)).map(facts), ['document.sent 2', 'document.viewed 3'])
  const last = await connect(id, { last: sent[1]!.position! })
  assert.deepEqual((await last.changes(1)).map(facts), ['document.viewed 3'])
  for (const client of [all, rest, last]) client.close()
})

test('last=start gives the whole history of the document', async () => {
  const { documents, connect } = await start()
  const id = await documents.add()
  await documents.change(id, { title: 'new' })
  const client = await connect(id, { last: 'start' })
  const { data } = await client.message('connection.established')
  assert.equal(data.resumed, true)
  assert.notEqual(data.position, 'start')
  await client.changes(2)
  await documents.sign(id)
  assert.deepEqual(
    (await client.changes(3)).map(({ type }) => type),
    ['document.created', 'document.updated', 'signature.added'],
  )
  client.close()
})

test('pongs move the position forward without events of the document', async () => {
  const { documents, connect } = await start()
  const id = newId()
  const client = await connect(id)
  const { position } = (await client.message('connection.established')).data
  const other = await documents.add()
  const watcher = await connect(other, { last: position })
  await watcher.changes(1)
  client.send({ type: 'ping', timestamp: 1 })
  const pong = await client.message('pong')
  assert.equal(pong.position, watcher.received.at(-1)!.position)
  for (const each of [client, watcher]) each.close()
})

test('an unknown position leads to a reset with a new position', async () => {
  const { documents, connect } = await start()
  const id = await documents.add()
  for (const last of ['nonsense', 'x'.repeat(1000), `${'0'.repeat(16)}-${'0'.repeat(16)}-${'0'.repeat(8)}`]) {
    const client = await connect(id, { last })
    const reset = await client.message('reset')
    assert.equal(typeof reset.data.reason, 'string')
    await documents.change(id, { title: newId() })
    const [change] = (await client.changes(1)).slice(-1)
    client.close()
    await documents.change(id, { title: newId() })
    const again = await connect(id, { last: reset.data.position })
    await eventually('what came after the reset', () => {
      const versions = again.received.filter(isChange).map(({ data }) => data.version)
      return versions.includes(change!.data.version) && versions.includes(change!.data.version + 1)
    })
    again.close()
  }
})

test('a client that is further behind than the limit is reset', async () => {
  const { documents, connect, feed } = await start({ limits: { replayEvents: 3 } })
  const id = await documents.add()
  const last = feed.position()
  const watching = await connect(id)
  for (let index = 0; index < 5; index++) await documents.change(id, { title: `${index}` })
  // All five: a client that comes after the first of them is not behind.
  await eventually('the last change', () => watching.received.find(({ data }) => data?.version === 6))
  const client = await connect(id, { last })
  await client.message('reset')
  for (const one of [client, watching]) one.close()
})

test('too many events during a resume lead to a reset, and nothing is missed after it', async () => {
  const gate = deferred()
  const wrap = (feed: ChangeFeed): ChangeFeed => ({
    ...feed,
    replay: async (...args) => {
      await gate.promise
      return feed.replay(...args)
    },
  })
  const { documents, connect, feed, role } = await start({ wrap, limits: { replayBuffer: 3 } })
  const id = await documents.add()
  const client = await connect(id, { last: feed.position() })
  await client.message('connection.established')
  client.send({ type: 'ping' })
  assert.equal((await client.message('pong')).position, undefined)
  for (let index = 0; index < 6; index++) await documents.change(id, { title: `${index}` })
  const reset = await client.message('reset')
  await documents.change(id, { title: 'after' })
  await eventually('the last change', () => client.received.find(({ data }) => data?.version === 8))
  gate.resolve()
  await documents.change(id, { title: 'end' })
  await eventually('the end', () => client.received.find(({ data }) => data?.version === 9))
  const versions = client.received.filter(isChange).map(({ data }) => data.version)
  assert.deepEqual(
    versions,
    versions.toSorted((a, b) => a - b),
  )
  assert.equal(new Set(versions).size, versions.length)
  assert.ok(client.received.indexOf(reset) < client.received.findIndex(isChange))
  assert.equal(role.stats().connections, 1)
  client.close()
})

test('a resume whose events cannot be read in time is closed with 1013', async () => {
  const wrap = (feed: ChangeFeed): ChangeFeed => ({ ...feed, replay: () => new Promise(() => {}) })
  const { connect, feed } = await start({ wrap, limits: { replayMs: 50 } })
  const client = await connect(newId(), { last: feed.position() })
  assert.equal((await client.closed).code, 1013)
})

test('every client is reset when the feed has lost its position', async () => {
  const { documents, connect, role, feed } = await start()
  const id = await documents.add()
  const clients = await Promise.all([connect(id), connect(newId()), connect(id, { last: feed.position() })])
  await Promise.all(clients.map((client) => client.message('connection.established')))
  role.consumer.onReset!('the slot is gone')
  for (const client of clients) assert.equal((await client.message('reset')).data.reason, 'the slot is gone')
  await documents.change(id, { title: 'after' })
  await eventually('the change', () => clients[0]!.received.find(({ data }) => data?.version === 2))
  for (const client of clients) client.close()
})

test('a client resumes at another process after a crash, without a gap or a duplicate', async () => {
  const first = await start()
  const { documents } = first
  const id = await documents.add()
  const client = await first.connect(id)
  await client.message('connection.established')
  for (let index = 0; index < 5; index++) await documents.change(id, { title: `before ${index}` })
  await eventually('the last change', () => client.received.find(({ data }) => data.version === 6))
  first.kill()
  await client.closed
  for (let index = 0; index < 5; index++) await documents.change(id, { title: `down ${index}` })
  const second = await start({ after: first })
  const last = client.received.at(-1)!.position!
  const resumed = await second.connect(id, { last })
  await documents.change(id, { title: 'end' })
  await eventually('the end', () => resumed.received.find(({ data }) => data?.version === 12))
  const versions = resumed.received.filter(isChange).map(({ data }) => data.version)
  assert.deepEqual(versions, [7, 8, 9, 10, 11, 12])
  resumed.close()
})

test('a slow client that was closed resumes without a gap', { timeout: 60_000 }, async () => {
  const { documents, connect, url, token } = await start({
    limits: { queuedBytes: 200_000, closeMs: 30_000 },
  })
  const id = await documents.add()
  const slow = await connect(id)
  const quick = await connect(id)
  await quick.message('connection.established')
  slow.ws.pause()
  await documents.change(id, { title: 'before the flood' })
  // Sent to both: the flood may fill the slow one's buffers before a change has been through the log.
  await quick.changes(1)
  // What the kernels keep between the two is many megabytes.
  const filler = JSON.stringify({ filler: 'x'.repeat(60_000) })
  const flood = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${token(true)}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/broadcast/${id}`, { method: 'POST', headers, body: filler })
    return ((await answer.json()) as { recipients: number }).recipients
  }
  let changes = 1
  for (let index = 0; (await flood()) === 2; index++) {
    assert.ok(index < 1000, 'the slow client is closed some time')
    if (index % 10 === 0) await documents.change(id, { title: `flood ${++changes}` })
  }
  for (let index = 0; index < 3; index++) await documents.change(id, { title: `after ${++changes}` })
  slow.ws.resume()
  const { code: closeCode, reason } = await slow.closed
  assert.equal(closeCode, 1013)
  const { last } = JSON.parse(reason) as { last: string }
  const got = slow.received.filter(isChange)
  assert.equal(got.at(-1)!.position, last)
  const total = (await quick.changes(changes)).map(facts)
  const missing = total.length - got.length
  assert.ok(missing > 0)
  const resumed = await connect(id, { last })
  assert.deepEqual([...got, ...(await resumed.changes(missing))].map(facts), total)
  for (const client of [quick, resumed]) client.close()
})
