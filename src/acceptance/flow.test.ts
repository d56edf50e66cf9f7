import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../testing/deadline.ts'
import type { Document, SearchHit } from './facts.ts'
import { createDocument, problemOf, send, sendJson, sign, uniqueWord } from './requests.ts'
import { useTarget } from './target.ts'
import { type Message, openSocket, type Socket } from './socket.ts'

const target = await useTarget()
const base = target.urls.http

type Found = { total: number; documents: SearchHit[]; took_ms: number; from: number; size: number }
const search = (query: Record<string, string>) => send<Found>(`${base}/search?${new URLSearchParams(query)}`)
const foundOnce = (q: string, filter: Record<string, string> = {}) =>
  eventually(`${q} to be found`, async () => (await search({ q, ...filter })).body.documents[0])

test('a document is found by words of its title and of its content, with highlights', async () => {
  const [inTitle, inContent] = [uniqueWord(), uniqueWord()]
  const { id } = await createDocument(base, {
    title: `Lease ${inTitle}`,
    content: `The parties agree that the <b>${inContent}</b> shall be delivered.`,
  })
  const byTitle = await foundOnce(inTitle)
  assert.equal(byTitle.id, id)
  assert.ok(byTitle.score > 0)
  assert.match(byTitle.highlights.title!.join(), new RegExp(`<em>${inTitle}</em>`))
  const byContent = await foundOnce(inContent)
  assert.equal(byContent.id, id)
  assert.match(byContent.highlights.content!.join(), new RegExp(`&lt;b&gt;<em>${inContent}</em>`))
})

test('stems, accents, typing errors and phrases are understood', async () => {
  const word = uniqueWord()
  const { id } = await createDocument(base, {
    title: `Résumé ${word}`,
    content: 'The indemnification obligations survive termination of this agreement.',
  })
  await foundOnce(word)
  const finds = async (q: string) =>
    (await search({ q: `${q} ${word}` })).body.documents.some((hit) => hit.id === id)
  assert.ok(await finds('resume'))
  assert.ok(await finds('obligation'))
  assert.ok(await finds('terminaton'), 'one letter is missing')
  assert.ok(await finds('"survive termination"'))
  assert.deepEqual((await search({ q: `"termination survive" ${word}` })).body.documents, [])
})

test('no text breaks the search, and bad parameters are named', async () => {
  for (const q of [
    '"',
    '"unbalanced',
    "'; drop table",
    '& | ! <-> ( )',
    ':*',
    '\\',
    '%',
    ' ',
    '\u0000',
    'a'.repeat(900),
    '🙂',
    '-',
    'AND OR NOT',
  ]) {
    const { status } = await search({ q })
    assert.ok(status === 200 || status === 422, `${q}: ${status}`)
  }
  for (const query of [
    {},
    { q: '' },
    { q: 'a', from: '-1' },
    { q: 'a', size: '0' },
    { q: 'a', size: '101' },
    { q: 'a', size: 'abc' },
    { q: 'a', status: 'bogus' },
  ]) {
    problemOf(await search(query as Record<string, string>), 422, 'validation-failed')
  }
  problemOf(await send(`${base}/aggregations/title`), 422, 'validation-failed')
  problemOf(await send(`${base}/suggest?q=c`), 422, 'validation-failed')
})

test('filters, facets and suggestions follow the documents', async () => {
  const word = uniqueWord()
  const { id } = await createDocument(base, { title: `Charter ${word}`, created_by: `${word}@example.com` })
  await createDocument(base, { title: `Other ${word}` })
  await eventually('both to be found', async () => (await search({ q: word })).body.total === 2)
  assert.deepEqual(
    (await search({ q: word, created_by: `${word}@example.com` })).body.documents.map((hit) => hit.id),
    [id],
  )
  assert.equal((await search({ q: word, size: '1', from: '1' })).body.documents.length, 1)
  assert.deepEqual((await send(`${base}/aggregations/status?q=${word}`)).body, {
    field: 'status',
    values: [{ key: 'created', count: 2 }],
  })
  const { body } = await send<{ suggestions: string[] }>(`${base}/suggest?q=${word.slice(0, -1)}`)
  assert.deepEqual(body.suggestions.sort(), [`Charter ${word}`, `Other ${word}`])
})

test('changes reach the index, and a deleted document is not found any more', async () => {
  const word = uniqueWord()
  const { id } = await createDocument(base, { title: 'Before', content: word })
  await foundOnce(word)
  await sign(base, id)
  const hit = await foundOnce(word, { status: 'signed' })
  assert.equal(hit.version, 2)
  const other = await createDocument(base, { title: word })
  await eventually('the other to be found', async () => (await search({ q: word })).body.total === 2)
  await send(`${base}/documents/${other.id}`, { method: 'DELETE' })
  await eventually('the deleted one to be gone', async () => (await search({ q: word })).body.total === 1)
})

/** The next messages without the creation, which may still be on its way when a client subscribes. */
async function takeChanges(socket: Socket, count: number): Promise<Message[]> {
  const changes: Message[] = []
  while (changes.length < count) {
    const message = await socket.next()
    if (message.type !== 'document.created') changes.push(message)
  }
  return changes
}

test("a subscriber sees its document's changes in order and once, and no other's", async () => {
  const { id } = await createDocument(base)
  const other = await createDocument(base)
  const socket = await openSocket(target.urls, id)
  const established = await socket.next()
  assert.equal(established.type, 'connection.established')
  await sendJson('PATCH', `${base}/documents/${other.id}`, { title: 'Nothing to see' })
  await sendJson('PATCH', `${base}/documents/${id}`, { title: 'New title' })
  await sendJson('PATCH', `${base}/documents/${id}`, { status: 'sent' })
  await sendJson('PATCH', `${base}/documents/${id}`, { status: 'viewed' })
  await sign(base, id)
  await sendJson('PATCH', `${base}/documents/${id}`, { status: 'completed' })
  const messages = await takeChanges(socket, 6)
  const moves = messages.filter(({ type }) => type !== 'signature.added')
  assert.deepEqual(
    moves.map(({ type, data }) => [type, data['old_status'], data['new_status'], data['version']]),
    [
      ['document.updated', undefined, undefined, 2],
      ['document.sent', 'created', 'sent', 3],
      ['document.viewed', 'sent', 'viewed', 4],
      ['document.signed', 'viewed', 'signed', 5],
      ['document.status_changed', 'signed', 'completed', 6],
    ],
  )
  assert.equal(messages.filter(({ type }) => type === 'signature.added').length, 1)
  assert.doesNotMatch(JSON.stringify(messages), /signature_data/)
  for (const { timestamp } of messages) assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000)
  socket.close()
})

test('a client that reconnects gets what it missed, in order and once; an unknown position leads to a reset', async () => {
  const { id } = await createDocument(base)
  const first = await openSocket(target.urls, id)
  await first.next()
  await sendJson('PATCH', `${base}/documents/${id}`, { title: 'T2' })
  const [seen] = await takeChanges(first, 1)
  first.close()
  await sendJson('PATCH', `${base}/documents/${id}`, { title: 'T3' })
  await sendJson('PATCH', `${base}/documents/${id}`, { title: 'T4' })
  const again = await openSocket(target.urls, id, seen!.position)
  assert.equal((await again.next()).type, 'connection.established')
  await sendJson('PATCH', `${base}/documents/${id}`, { title: 'T5' })
  assert.deepEqual(
    (await again.take(3)).map(({ data }) => data['version']),
    [3, 4, 5],
  )
  again.close()
  const lost = await openSocket(target.urls, id, `${'0'.repeat(16)}-${'0'.repeat(16)}-${'0'.repeat(8)}`)
  assert.equal((await lost.next()).type, 'connection.established')
  assert.equal((await lost.next()).type, 'reset')
  lost.close()
})

test('ping is answered with pong and its timestamp, bad JSON with an error, a bad token with 1008', async () => {
  const { id } = await createDocument(base)
  const socket = await openSocket(target.urls, id)
  await socket.next()
  socket.send('{"type":"ping","timestamp":"2026-01-02T03:04:05Z"}')
  const [pong] = await takeChanges(socket, 1)
  assert.deepEqual([pong!.type, pong!.timestamp], ['pong', '2026-01-02T03:04:05Z'])
  socket.send('{"type":')
  assert.equal((await takeChanges(socket, 1))[0]!.type, 'error')
  socket.close()
  for (const token of ['', 'nonsense']) {
    const refused = await openSocket(target.urls, id, undefined, token)
    assert.equal((await refused.closed).code, 1008)
  }
})

test('the ws role counts its subscribers and lets only administrators broadcast', async () => {
  const { id } = await createDocument(base)
  const socket = await openSocket(target.urls, id)
  await socket.next()
  const stats = (
    await Promise.all(target.roleUrls.map((url) => send<Record<string, unknown>>(`${url}/stats`)))
  )
    .filter(({ status }) => status === 200)
    .map(({ body }) => body)
  assert.ok(
    stats.every(
      (of) => Number(of['total_connections']) >= 1 && Number(of['documents_with_subscribers']) >= 1,
    ),
  )
  assert.ok(stats.every((of) => of['kafka_consumer_running'] === true))
  const token = await send<{ access_token: string }>(
    `${target.urls.ws}/auth/token?user_id=u1&email=eve@example.com`,
  )
  const broadcast = (headers = {}) =>
    sendJson('POST', `${target.urls.ws}/broadcast/${id}`, { data: { note: 'hi' } }, headers)
  problemOf(await broadcast(), 401, 'unauthenticated')
  problemOf(await broadcast({ authorization: `Bearer ${token.body.access_token}` }), 403, 'forbidden')
  socket.close()
})

test('lists are newest first, bounded, filtered and paged by skip or cursor', async () => {
  const created_by = `${uniqueWord()}@example.com`
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.unshift((await createDocument(base, { title: `Doc ${n}`, created_by })).id)
  const list = (query: string) => send<Document[]>(`${base}/documents?created_by=${created_by}&${query}`)
  const idsOf = async (query: string) => (await list(query)).body.map(({ id }) => id)
  assert.deepEqual(await idsOf(''), ids)
  assert.deepEqual(await idsOf('limit=2'), ids.slice(0, 2))
  assert.deepEqual(await idsOf('skip=3&limit=2'), ids.slice(3))
  assert.deepEqual(await idsOf('limit=0'), [])
  assert.deepEqual(await idsOf('skip=100'), [])
  assert.deepEqual(await idsOf('limit=2.0'), ids.slice(0, 2))
  assert.deepEqual(await idsOf('sort=created_at'), ids.toReversed())
  assert.deepEqual(await idsOf('status=signed'), [])
  for (const query of [
    'skip=-1',
    'limit=-1',
    'limit=201',
    `limit=1${'0'.repeat(30)}`,
    'limit=abc',
    'limit=1.5',
    'limit=',
    'status=bogus',
    'cursor=x',
    'sort=size',
  ]) {
    problemOf(await list(query), 422, 'validation-failed')
  }
  const seen: string[] = []
  let url: string | undefined = `${base}/documents?created_by=${created_by}&limit=2`
  while (url !== undefined) {
    const page: { headers: Headers; body: Document[] } = await send<Document[]>(url)
    seen.push(...page.body.map(({ id }) => id))
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
    url = next && new URL(next, base).href
  }
  assert.deepEqual(seen, ids)
})
