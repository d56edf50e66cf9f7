import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AWAY_DOCUMENTS } from '../../testing/away-documents.ts'
import { checkMessage } from '../../testing/async-api.ts'
import { eventually } from '../../testing/deadline.ts'
import { openEventStream } from '../../testing/event-stream.ts'
import { openSocketAt } from '../../testing/socket.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document', 'signature', 'ws'] }, TEST_FILE)
const { create, send, sign, token, url } = service

const ADA = { id: 'ada', email: 'Ada@Example.com' }
const BOB = { id: 'bob', email: 'bob@example.com' }
const follow = (user: { email?: string; admin?: boolean }, last?: string, base = url) =>
  openSocketAt(base, '/ws', { token: token(user), ...(last !== undefined && { last }) }, checkMessage)
const bearer = (user: { email?: string; admin?: boolean }) => ({ authorization: `Bearer ${token(user)}` })

test('a feed has the events of the documents that one created, and no others', async () => {
  const [mine, others, everything] = [await follow(ADA), await follow(BOB), await follow({ admin: true })]
  for (const one of [mine, others, everything]) {
    const { data } = await one.message('connection.established')
    assert.equal(data.document_id, null)
  }
  const [a, b] = [await create(), await create({ created_by: BOB.email })]
  await sign(a.id, { signer_email: BOB.email })
  await sign(b.id, { signer_email: ADA.email })
  await send('DELETE', `/documents/${(await create()).id}`)

  const of = async (client: typeof mine, count: number) =>
    (await client.changes(count)).map(({ type, data }) => `${type} ${data.document_id === b.id ? 'b' : ''}`)
  const ada = await of(mine, 5)
  assert.deepEqual(ada.toSorted(), [
    'document.created ',
    'document.created ',
    'document.deleted ',
    'document.signed ',
    'signature.added ',
  ])
  assert.deepEqual((await of(others, 3)).toSorted(), [
    'document.created b',
    'document.signed b',
    'signature.added b',
  ])
  await of(everything, 8)
  for (const one of [mine, others, everything]) one.close()
})

test('a feed resumes from every position, over either transport', async () => {
  const live = await follow(ADA)
  const { position } = (await live.message('connection.established')).data
  const { id } = await create()
  await create({ created_by: BOB.email })
  await send('PATCH', `/documents/${id}`, { title: 'new', status: 'sent' })
  await sign(id)
  const typesOf = (messages: { type: string }[]) => messages.map(({ type }) => type)
  const messages = await live.changes(5)
  for (const [index, last] of [position, ...messages.map(({ position }) => position!)].entries()) {
    const rest = messages.slice(index)
    const again = await follow(ADA, last)
    const stream = await openEventStream(`${url}/events`, { ...bearer(ADA), 'last-event-id': last })
    assert.deepEqual(typesOf(await again.changes(rest.length)), typesOf(rest))
    assert.deepEqual(typesOf((await stream.changes(rest.length)).map(({ data }) => data)), typesOf(rest))
    for (const one of [again, stream]) one.close()
  }
  live.close()
})

test('without a token, an open service has a feed of everything', async () => {
  const stream = await openEventStream(`${url}/events`)
  await create({ created_by: BOB.email })
  await create()
  await stream.changes(2)
  stream.close()
})

test('a feed that is too far behind is reset', async (t) => {
  const small = await startTestService(
    { roles: ['document', 'ws'], overrides: { ws: { feedReplayEvents: 2 } } },
    t,
  )
  const last = small.feed.position()
  for (let index = 0; index < 3; index++) await small.rows.add()
  const client = await follow(ADA, last, small.url)
  await client.message('reset')
  client.close()
})

test('a feed is reset when the owner of a changed document cannot be found out', async (t) => {
  const alone = await startTestService({ roles: ['ws'], overrides: { documents: AWAY_DOCUMENTS } }, t)
  const id = await alone.rows.add()
  const client = await follow(ADA, undefined, alone.url)
  const all = await follow({ admin: true }, undefined, alone.url)
  for (const one of [client, all]) await one.message('connection.established')
  // From here on this process has not seen the document's creation.
  alone.ws.consumer.onReset!('the slot is gone')
  await alone.rows.sign(id)
  await all.message('signature.added')
  const resets = () => client.received.filter(({ type }) => type === 'reset')
  await eventually('two resets', () => resets().length >= 2)
  await alone.rows.change(id, { title: 'known from here on' })
  await client.message('document.updated')
  // Delivered again, the event resets no client that has had its reset: it would skip what has happened since.
  alone.ws.consumer.onReset!('the slot is gone again')
  await alone.ws.consumer.handle(alone.events.filter(({ topic }) => topic === 'cdc.signatures'))
  client.send({ type: 'ping' })
  await client.message('pong')
  assert.deepEqual(
    resets().map(({ data }) => data.reason),
    [
      'the slot is gone',
      'it could not be found out who may read the document that was changed',
      'the slot is gone again',
    ],
  )
  for (const one of [client, all]) one.close()
})
