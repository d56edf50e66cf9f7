import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { Document } from './facts.ts'
import { createDocument, problemOf, send, sendJson, sign, uniqueWord } from './requests.ts'
import { useTarget } from './target.ts'

const GONE = '019aa1b2-0000-7000-8000-00000000dead'
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/
const target = await useTarget()
const base = target.urls.document

test('a created document has every field of the original, and a SHA-256 of its content', async () => {
  const content = 'Grüße, world'
  const answer = await sendJson<Document>('POST', `${base}/documents`, {
    title: 'Contract A',
    content,
    created_by: 'alice@example.com',
  })
  const { id, created_at, updated_at, ...fields } = answer.body
  assert.equal(answer.status, 201)
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.ok(
    Math.abs(parseInt(id.replace('-', '').slice(0, 12), 16) - Date.now()) < 60_000,
    'the id begins with its time',
  )
  assert.match(created_at, ISO)
  assert.match(updated_at, ISO)
  assert.deepEqual(fields, {
    title: 'Contract A',
    file_name: null,
    content_type: 'text/plain',
    content_size: Buffer.byteLength(content),
    content_sha256: createHash('sha256').update(content).digest('hex'),
    s3_key: `${id}/content`,
    status: 'created',
    created_by: 'alice@example.com',
    text: { state: 'indexed' },
    version: 1,
  })
  assert.equal(answer.headers.get('etag'), '"1"')
  assert.match(answer.headers.get('location') ?? '', new RegExp(`/documents/${id}$`))
  assert.deepEqual((await send(`${base}/documents/${id}`)).body, answer.body)
})

test('reads count as views, unique by viewer; HEAD and content do not', async () => {
  const { id } = await createDocument(base)
  const stats = async () => (await send(`${base}/documents/${id}/stats`)).body
  assert.deepEqual(await stats(), { document_id: id, total_views: 0, unique_views: 0 })
  for (let reads = 1; reads <= 3; reads++) {
    await send(`${base}/documents/${id}`)
    assert.deepEqual(await stats(), { document_id: id, total_views: reads, unique_views: 1 })
  }
  await send(`${base}/documents/${id}`, { method: 'HEAD' })
  await send(`${base}/documents/${id}/content`)
  assert.deepEqual(await stats(), { document_id: id, total_views: 3, unique_views: 1 })
})

test('no view is lost under load', async () => {
  const { id } = await createDocument(base)
  await Promise.all(Array.from({ length: 300 }, () => send(`${base}/documents/${id}`)))
  const { body } = await send<{ total_views: number }>(`${base}/documents/${id}/stats`)
  assert.equal(body.total_views, 300)
})

test('an id is taken in every form of a UUID; another text is 422, an unknown one 404', async () => {
  const { id } = await createDocument(base)
  for (const form of [id.toUpperCase(), id.replaceAll('-', ''), `urn:uuid:${id}`]) {
    assert.equal((await send<Document>(`${base}/documents/${form}`)).body.id, id)
  }
  problemOf(await send(`${base}/documents/not-a-uuid`), 422, 'validation-failed')
  problemOf(await send(`${base}/documents/${GONE}`), 404, 'document-not-found')
  problemOf(await sendJson('PATCH', `${base}/documents/${GONE}`, { title: 'x' }), 404, 'document-not-found')
})

test('what is wrong with a new document is named by field', async () => {
  const valid = { title: 'Contract A', content: 'Hello', created_by: 'alice@example.com' }
  const cases: [object, string[]][] = [
    [{}, ['title', 'content', 'created_by']],
    [{ ...valid, title: '' }, ['title']],
    [{ ...valid, title: 't'.repeat(256) }, ['title']],
    [{ ...valid, title: null }, ['title']],
    [{ ...valid, title: 5 }, ['title']],
    [{ ...valid, title: 'a\0b' }, ['title']],
    [{ ...valid, title: '\ud800' }, ['title']],
    [{ ...valid, content: 5 }, ['content']],
    [{ ...valid, content: '\ud800' }, ['content']],
    [{ ...valid, content_type: null }, ['content_type']],
    [{ ...valid, content_type: 'c'.repeat(256) }, ['content_type']],
    [{ ...valid, created_by: 'nope' }, ['created_by']],
    [{ ...valid, created_by: 'a b@example.com' }, ['created_by']],
    [{ title: '', content: 3, created_by: 'x' }, ['title', 'content', 'created_by']],
  ]
  for (const [body, fields] of cases) {
    const { errors } = problemOf(await sendJson('POST', `${base}/documents`, body), 422, 'validation-failed')
    assert.deepEqual(
      errors.map(({ field }) => field).sort(),
      fields.toSorted(),
      JSON.stringify(body).slice(0, 100),
    )
  }
})

test('a content above 10 MiB is refused with a small answer, and far more is not even read', async () => {
  const create = (content: string) =>
    sendJson('POST', `${base}/documents`, { title: 'Big', content, created_by: 'alice@example.com' })
  assert.equal((await create('a'.repeat(10_485_760))).status, 201)
  for (const content of ['a'.repeat(10_485_761), 'é'.repeat(6_291_456)]) {
    const answer = await create(content)
    assert.deepEqual(
      problemOf(answer, 422, 'validation-failed').errors.map(({ field }) => field),
      ['content'],
    )
    assert.ok(JSON.stringify(answer.body).length < 2_000)
  }
  const response = await fetch(`${base}/documents`, {
    method: 'POST',
    body: 'a'.repeat(60_000_000),
    headers: { 'content-type': 'application/json' },
  }).catch(() => undefined)
  // The connection may be closed while the client still sends.
  assert.ok(response === undefined || response.status === 413)
})

test('a file is uploaded as a raw body or as a form, and read back as an attachment', async () => {
  const bytes = Buffer.from([0, 1, 2, 250, 251, 252])
  const query = new URLSearchParams({ title: 'Plan', created_by: 'alice@example.com' })
  const raw = await send<Document>(`${base}/documents?${query}`, {
    method: 'POST',
    body: bytes,
    headers: { 'content-type': 'application/pdf' },
  })
  const form = new FormData()
  form.set('title', 'Plan')
  form.set('created_by', 'alice@example.com')
  form.set('file', new Blob([bytes], { type: 'application/pdf' }), 'plan.pdf')
  const multipart = await send<Document>(`${base}/documents`, { method: 'POST', body: form })
  for (const { status, body } of [raw, multipart]) {
    assert.equal(status, 201, JSON.stringify(body))
    assert.equal(body.content_type, 'application/pdf')
    assert.equal(body.content_size, bytes.length)
    const answer = await fetch(`${base}/documents/${body.id}/content`)
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes)
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename=.?Plan\.pdf/)
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.match(answer.headers.get('content-security-policy') ?? '', /sandbox/)
    assert.equal(answer.headers.get('etag'), `"${body.content_sha256}"`)
  }
})

test('content is served in ranges and not again when it is known', async () => {
  const { id, content_sha256 } = await createDocument(base, { content: '0123456789' })
  const get = (headers: Record<string, string>) => send(`${base}/documents/${id}/content`, { headers })
  const part = await get({ range: 'bytes=2-4' })
  assert.deepEqual([part.status, part.body, part.headers.get('content-range')], [206, '234', 'bytes 2-4/10'])
  assert.equal((await get({ range: 'bytes=-3' })).body, '789')
  const outside = await get({ range: 'bytes=50-' })
  problemOf(outside, 416, 'range-not-satisfiable')
  assert.equal(outside.headers.get('content-range'), 'bytes */10')
  assert.equal((await get({ 'if-none-match': `"${content_sha256}"` })).status, 304)
  assert.equal((await get({ range: 'bytes=2-4', 'if-range': '"other"' })).status, 200)
})

test('a change raises the version by one; what changes nothing does not', async () => {
  const { id } = await createDocument(base)
  const patch = (body: unknown, headers = {}) =>
    sendJson<Document>('PATCH', `${base}/documents/${id}`, body, headers)
  const titled = await patch({ title: 'New title' })
  assert.deepEqual([titled.status, titled.body.title, titled.body.version], [200, 'New title', 2])
  assert.equal(titled.headers.get('etag'), '"2"')
  assert.equal((await send<Document>(`${base}/documents/${id}`)).body.title, 'New title')
  assert.equal((await patch({ title: 'T3', status: 'viewed' })).body.version, 3)
  assert.equal((await patch({})).body.version, 3)
  assert.equal((await patch({ status: 'viewed' })).body.version, 3)
  problemOf(await patch({ version: 1, created_by: 'eve@example.com' }), 422, 'validation-failed')
  assert.equal((await send<Document>(`${base}/documents/${id}`)).body.created_by, 'alice@example.com')
  for (const body of [
    { title: null },
    { status: null },
    { title: '' },
    { status: 'SIGNED' },
    { title: 't'.repeat(256) },
  ]) {
    problemOf(await patch(body), 422, 'validation-failed')
  }
})

test('a document moves forward only, and a refused move changes nothing', async () => {
  const { id } = await createDocument(base)
  const move = (status: string, title?: string) =>
    sendJson<Document>('PATCH', `${base}/documents/${id}`, { status, title })
  assert.equal((await move('viewed')).body.status, 'viewed')
  problemOf(await move('sent', 'Other'), 409, 'status-not-allowed')
  const { body } = await send<Document>(`${base}/documents/${id}`)
  assert.deepEqual([body.title, body.status, body.version], ['Contract A', 'viewed', 2])
  for (const status of ['signed', 'completed']) problemOf(await move(status), 409, 'status-not-allowed')
  assert.equal((await send<Document>(`${base}/documents/${id}`)).body.version, 2)
  assert.equal((await move('archived')).body.status, 'archived')
  problemOf(await move('cancelled'), 409, 'status-not-allowed')
})

test('concurrent changes each get a version of their own', async () => {
  const { id } = await createDocument(base)
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      sendJson<Document>('PATCH', `${base}/documents/${id}`, { title: `T${n}` }),
    ),
  )
  const versions = answers.map(({ body }) => body.version).sort((a, b) => a - b)
  assert.deepEqual(
    versions,
    Array.from({ length: 40 }, (_, n) => n + 2),
  )
  const last = answers.find(({ body }) => body.version === 41)!
  assert.deepEqual((await send<Document>(`${base}/documents/${id}`)).body, last.body)
})

test('If-Match guards a change, If-None-Match spares a read', async () => {
  const { id } = await createDocument(base)
  const patch = (match: string) =>
    sendJson('PATCH', `${base}/documents/${id}`, { title: match }, { 'if-match': match })
  problemOf(await patch('"7"'), 412, 'version-mismatch')
  problemOf(await patch('W/"1"'), 412, 'version-mismatch')
  assert.equal((await patch('"1"')).status, 200)
  assert.equal((await patch('"9", "2"')).status, 200)
  assert.equal((await patch('*')).status, 200)
  assert.equal((await send(`${base}/documents/${id}`, { headers: { 'if-none-match': '"4"' } })).status, 304)
})

test('a deleted document is gone; a signed one is never deleted', async () => {
  const { id } = await createDocument(base)
  const remove = () => send(`${base}/documents/${id}`, { method: 'DELETE' })
  assert.equal((await remove()).status, 204)
  problemOf(await remove(), 404, 'document-not-found')
  problemOf(await send(`${base}/documents/${id}`), 404, 'document-not-found')
  problemOf(await send(`${base}/documents/${id}/content`), 404, 'document-not-found')
  problemOf(await sendJson('PATCH', `${base}/documents/${id}`, { title: 'x' }), 404, 'document-not-found')
  const signed = await createDocument(base)
  await sign(target.urls.signature, signed.id)
  problemOf(await send(`${base}/documents/${signed.id}`, { method: 'DELETE' }), 409, 'document-not-deletable')
})

test('the same Idempotency-Key gives the stored answer, another body with it is refused', async () => {
  const key = { 'idempotency-key': uniqueWord() }
  const body = { title: 'Once', content: 'x', created_by: 'alice@example.com' }
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => sendJson<Document>('POST', `${base}/documents`, body, key)),
  )
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 201, 201, 201],
  )
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  problemOf(
    await sendJson('POST', `${base}/documents`, { ...body, title: 'Other' }, key),
    422,
    'idempotency-key-reused',
  )
})

test('unknown paths and methods are problems, and every role describes itself', async () => {
  problemOf(await send(`${base}/nope`), 404, 'not-found')
  problemOf(await send(`${base}/documents/${GONE}`, { method: 'PUT' }), 405, 'method-not-allowed')
  for (const url of target.roleUrls) {
    assert.equal((await send(`${url}/health/live`)).status, 200)
    assert.equal((await send(`${url}/health/ready`)).status, 200)
    assert.match(JSON.stringify((await send(`${url}/openapi.json`)).body), /"openapi":"3\.1/)
    assert.match(String((await send(`${url}/metrics`)).body), /^# HELP/m)
  }
})
