/** Who may see the events of which documents where tokens are required. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../testing/deadline.ts'
import { openEventStream } from '../../testing/event-stream.ts'
import { createGrants } from '../../testing/grants.ts'
import { openSocketAt } from '../../testing/socket.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { newId, startTestService } from '../../testing/test-service.ts'

const ADA = { id: 'ada', email: 'ada@example.com' }
const EVE = { id: 'eve', email: 'eve@example.com' }

const service = await startTestService(
  { roles: ['document', 'ws'], settings: { auth: { mode: 'required' } } },
  TEST_FILE,
)
const { url, token } = service
const grants = createGrants(service)
const bearer = (user: Parameters<typeof token>[0]) => ({ authorization: `Bearer ${token(user)}` })

/** A document of Ada's. */
async function createDocument(): Promise<string> {
  const body = { title: 'Lease', content: 'x', created_by: ADA.email }
  const { status, body: document } = await service.send('POST', '/documents', body, bearer(ADA))
  assert.equal(status, 201)
  return document.id
}

const change = async (id: string, title: string): Promise<void> =>
  assert.equal((await service.send('PATCH', `/documents/${id}`, { title }, bearer(ADA))).status, 200)

test('a document that one may not read is refused like one that does not exist', async () => {
  const [id, gone] = [await createDocument(), newId()]
  const answers = await Promise.all(
    [id, gone].map((each) => service.get(`/documents/${each}/events`, bearer(EVE))),
  )
  const [foreign, missing] = answers.map(({ status, body }) => ({
    status,
    detail: body.detail.replaceAll(/[0-9a-f-]{36}/g, 'ID'),
  }))
  assert.deepEqual(foreign, missing)
  assert.equal(foreign!.status, 404)
  for (const last of [undefined, 'start'])
    await assert.rejects(openSocketAt(url, `/ws/${id}`, { token: token(EVE), ...(last && { last }) }), /404/)
  const own = await openEventStream(`${url}/documents/${id}/events?last=start`, bearer(ADA))
  assert.equal((await own.changes(1))[0]!.data.type, 'document.created')
  own.close()
})

test('a feed has only the events of documents that one may read, live and replayed', async () => {
  const first = await createDocument()
  const feeds = [EVE, ADA, { admin: true }].map((user) => openSocketAt(url, '/ws', { token: token(user) }))
  const [eve, ada, admin] = await Promise.all(feeds)
  const own = await service.send(
    'POST',
    '/documents',
    { title: 'Own', content: 'x', created_by: EVE.email },
    bearer(EVE),
  )
  await change(first, 'Changed')
  await Promise.all([ada!.message('document.updated'), admin!.message('document.updated')])
  await change(first, 'Again')
  const { position } = await admin!.message('document.created')
  await service.send('PATCH', `/documents/${own.body.id}`, { title: 'Own, too' }, bearer(EVE))
  await eve!.message('document.updated')
  const idsOf = (messages: { data: Record<string, unknown> }[]) =>
    new Set(messages.map(({ data }) => data['document_id']).filter((id) => id !== null))
  assert.deepEqual(idsOf(eve!.received), new Set([own.body.id]))
  const again = await openSocketAt(url, '/ws', { token: token(EVE), last: position! })
  await again.message('document.updated')
  assert.deepEqual(idsOf(again.received), new Set([own.body.id]))
  for (const one of [eve, ada, admin, again]) one!.close()
})

test('who has just got access can connect at once', async () => {
  for (let n = 0; n < 10; n++) {
    const id = await createDocument()
    await grants.give(id, EVE.email, 'reader')
    const socket = await openSocketAt(url, `/ws/${id}`, { token: token(EVE) })
    socket.close()
  }
})

test('access that ends closes the connections to the document at once, and shows nothing new', async (t) => {
  const id = await createDocument()
  await grants.give(id, EVE.email, 'reader')
  const socket = await openSocketAt(url, `/ws/${id}`, { token: token(EVE) })
  const stream = await openEventStream(`${url}/documents/${id}/events`, bearer(EVE))
  const feed = await openSocketAt(url, '/ws', { token: token(EVE) })
  await change(id, 'Seen')
  for (const one of [socket, feed]) await one.message('document.updated')
  const begun = performance.now()
  await grants.take(id, EVE.email)
  const closed = await socket.closed
  await stream.ended
  const millis = performance.now() - begun
  t.diagnostic(`closed after ${Math.round(millis)} ms`)
  // Without the event, what is known of access counts for longer.
  assert.ok(millis < 10_000, `${millis} ms`)
  assert.deepEqual(closed, { code: 1008, reason: 'access to the document has ended' })
  const { data } = stream.events.at(-1)!.data
  assert.deepEqual([data.code, data.reason], [1008, 'access to the document has ended'])
  await change(id, 'Not seen')
  const own = await service.send(
    'POST',
    '/documents',
    { title: 'Own', content: 'x', created_by: EVE.email },
    bearer(EVE),
  )
  await eventually('an event of an own document', () =>
    feed.received.some((message) => message.data.document_id === own.body.id),
  )
  const versions = [socket, feed].map(({ received }) =>
    received.filter((message) => message.data.document_id === id).map((message) => message.data.version ?? 0),
  )
  for (const seen of versions) assert.ok(Math.max(...seen) === 3, JSON.stringify(seen))
  // What it could read then, it cannot replay now.
  const { position } = feed.received.find(({ type }) => type === 'connection.established')!.data
  const again = await openSocketAt(url, '/ws', { token: token(EVE), last: position })
  await again.message('document.created')
  assert.ok(again.received.every((message) => message.data.document_id !== id))
  for (const one of [feed, again]) one.close()
})
