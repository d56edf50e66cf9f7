import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { test } from 'node:test'
import type { Document } from '../../domain/document-fields.ts'
import { queryRows } from '../../db/query.ts'
import { contentLeftovers } from '../../testing/content-leftovers.ts'
import { eventually } from '../../testing/deadline.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { problemFields, startTestService } from '../../testing/test-service.ts'

const LIMIT = 3_000_000
const service = await startTestService(
  { roles: ['document'], settings: { limits: { contentBytes: LIMIT } }, overrides: { texts: false } },
  TEST_FILE,
)

const fields = { title: 'Contract A', content: 'Hello, world', created_by: 'ada@example.com' }
const post = (body: unknown, headers?: Record<string, string>) =>
  service.send('POST', '/documents', body, headers)
const contentOf = async ({ id }: Document) =>
  Buffer.from(await (await service.request('GET', `/documents/${id}/content`)).arrayBuffer())
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

const leftovers = () => contentLeftovers(service)

test('creates a document from JSON, with location and version in the headers', async () => {
  const response = await post({ ...fields, content: 'Grüße', extra: 'ignored', status: 'signed' })
  assert.equal(response.status, 201)
  const { id, created_at, updated_at, ...rest } = response.body
  assert.deepEqual(rest, {
    title: 'Contract A',
    file_name: null,
    content_type: 'text/plain',
    content_size: 7,
    content_sha256: sha256('Grüße'),
    s3_key: `${id}/content`,
    status: 'created',
    created_by: 'ada@example.com',
    text: { state: 'indexed' },
    version: 1,
  })
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  for (const time of [created_at, updated_at])
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/)
  assert.equal(response.headers.get('location'), `/documents/${id}`)
  assert.equal(response.headers.get('etag'), '"1"')
  assert.equal((await contentOf(response.body)).toString(), 'Grüße')
})

test('a body needs a content type', async () => {
  for (const path of ['/documents', '/documents?title=Raw&created_by=ada@example.com']) {
    const response = await service.request('POST', path, Buffer.from(JSON.stringify(fields)))
    assert.equal(response.status, 415)
    assert.deepEqual(await problemFields(response), ['header.content-type'])
  }
})

test('accepts an e-mail address between blanks', async () => {
  const response = await post({ ...fields, created_by: ' ada@example.com\n' })
  assert.deepEqual([response.status, response.body.created_by], [201, 'ada@example.com'])
})

test('the row has the trace context of the request', async () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  const { id } = (await post(fields, { traceparent: `00-${trace}-00f067aa0ba902b7-01` })).body
  const rows = await queryRows(
    service.database.pool,
    'SELECT traceparent FROM documents.documents WHERE id = $1',
    [id],
  )
  assert.match(String(rows[0]!['traceparent']), new RegExp(`^00-${trace}-`))
})

test('names every invalid field and repeats no value', async () => {
  const cases: [unknown, string[]][] = [
    [{}, ['title', 'content', 'created_by']],
    [{ title: '', content: 3, created_by: 'x' }, ['title', 'content', 'created_by']],
    [{ ...fields, title: 't'.repeat(256) }, ['title']],
    [{ ...fields, title: null }, ['title']],
    [{ ...fields, title: 'a\0b' }, ['title']],
    [{ ...fields, content_type: null }, ['content_type']],
    [{ ...fields, content_type: 'nonsense' }, ['content_type']],
    [{ ...fields, content_type: 'text/plain\r\nx: y' }, ['content_type']],
    [{ ...fields, content_type: `text/${'c'.repeat(255)}` }, ['content_type']],
    [{ ...fields, created_by: 'a@b' }, ['created_by']],
    [{ ...fields, content: 'é'.repeat(LIMIT / 2 + 1) }, ['content']],
    [[fields], ['body']],
    ['null', ['body']],
  ]
  for (const [body, named] of cases) {
    const response = await post(body, { 'content-type': 'application/json' })
    assert.equal(response.status, 422, JSON.stringify(body).slice(0, 100))
    assert.equal(response.headers.get('content-type')?.split(';')[0], 'application/problem+json')
    assert.ok(Number(response.headers.get('content-length')) < 2_000)
    assert.deepEqual(await problemFields(response), named)
  }
  for (const lone of [
    '{"title":"\\ud800","content":"x","created_by":"a@example.com"}',
    '{"title":"x","content":"\\ud800","created_by":"a@example.com"}',
  ]) {
    assert.equal((await post(lone, { 'content-type': 'application/json' })).status, 422)
  }
  assert.deepEqual(await leftovers(), [])
})

test('accepts a title of 255 characters beyond the basic plane and content of exactly the limit', async () => {
  const response = await post({ ...fields, title: '𝄞'.repeat(255), content: 'a'.repeat(LIMIT) })
  assert.equal(response.status, 201)
})

test('answers 400 to invalid JSON, 413 beyond 32 MiB, 415 to a form-urlencoded body', async () => {
  const json = { 'content-type': 'application/json' }
  for (const body of ['{"title":', '', Buffer.from([0x22, 0xff, 0xfe, 0x22])])
    assert.equal((await post(body, json)).status, 400)
  assert.equal((await post(Buffer.alloc(32 * 1024 * 1024 + 1, 0x20), json)).status, 413)
  const form = await post('title=a&content=b', { 'content-type': 'application/x-www-form-urlencoded' })
  assert.equal(form.status, 415)
  assert.match(form.body.detail, /multipart\/form-data/)
})

/** A form by ada@example.com with these parts; a file has the name `a.txt` unless it is a File. */
function form(...parts: [name: string, value: string | Blob][]): FormData {
  const data = new FormData()
  data.append('created_by', 'ada@example.com')
  for (const [name, value] of parts) {
    if (typeof value === 'string') data.append(name, value)
    else data.append(name, value, value instanceof File ? value.name : 'a.txt')
  }
  return data
}

test('stores the file of a form unchanged; fields may follow it', async () => {
  const bytes = randomBytes(2_000_000)
  const data = form(['file', new File([bytes], 'Übersicht.pdf', { type: 'application/pdf' })])
  data.delete('created_by')
  data.append('created_by', 'ada@example.com')
  const { status, body } = await post(data)
  assert.equal(status, 201)
  const { title, content_type, content_size, content_sha256 } = body
  assert.deepEqual([title, content_type], ['Übersicht.pdf', 'application/pdf'])
  assert.deepEqual([content_size, content_sha256], [bytes.length, sha256(bytes)])
  assert.ok((await contentOf(body)).equals(bytes))
})

test("the title and type of a form take precedence over the file's; a missing type comes from the name", async () => {
  const file = new File(['x'], 'a.bin')
  const named = await post(form(['title', 'Mine'], ['content_type', 'text/html'], ['content', file]))
  assert.deepEqual([named.body.title, named.body.content_type], ['Mine', 'text/html'])
  const guessed = await post(form(['file', new File(['# x'], 'notes.md')]))
  assert.equal(guessed.body.content_type, 'text/markdown')
})

test("keeps the parameters of the type of a form's file, unless they are invalid", async () => {
  for (const [type, expected] of [
    ['text/plain; charset="windows-1251"', 'text/plain; charset="windows-1251"'],
    ['text/plain; charset=', 'text/plain'],
  ] as const) {
    const file =
      `--b=\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: ${type}\r\n\r\nx` +
      '\r\n--b=\r\ncontent-disposition: form-data; name="created_by"\r\n\r\nada@example.com\r\n--b=--\r\n'
    const { status, body } = await post(file, { 'content-type': 'multipart/form-data; boundary="b="' })
    assert.deepEqual([status, body.content_type], [201, expected])
  }
})

test('refuses an invalid form, and stores nothing', async () => {
  const file = new Blob(['x'.repeat(100_000)])
  const tooLarge = new Blob([Buffer.alloc(LIMIT + 1)])
  const cases: [FormData, number, string][] = [
    [form(), 422, 'file'],
    [form(['file', file], ['title', '']), 422, 'title'],
    [form(['file', file], ['created_by', 'nobody']), 422, 'created_by'],
    [form(['file', file], ['file', file]), 422, 'file'],
    [form(['other', file]), 422, 'other'],
    [form(['content', 'text']), 422, 'content'],
    [form(['file', file], ['title', 't'.repeat(70_000)]), 422, 'title'],
    [form(['file', tooLarge]), 413, 'urn:docmgr:problem:payload-too-large'],
  ]
  for (const [body, status, field] of cases) {
    const response = await post(body)
    assert.equal(response.status, status, field)
    assert.deepEqual(await problemFields(response), [field])
  }
  for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x'])
    assert.equal((await post('nonsense', { 'content-type': type })).status, 400)
  assert.deepEqual(await leftovers(), [])
})

test('stores a raw body of any type, also JSON, named by the query or its file name', async () => {
  const query = '?title=Raw&created_by=ada@example.com'
  const bytes = randomBytes(100_000)
  for (const type of ['application/pdf', 'application/json', 'text/plain; charset=utf-8']) {
    const { status, body } = await service.send('POST', `/documents${query}`, bytes, { 'content-type': type })
    assert.equal(status, 201, type)
    assert.deepEqual([body.title, body.content_type, body.content_sha256], ['Raw', type, sha256(bytes)])
  }
  const named = await service.send('POST', '/documents?created_by=ada@example.com', bytes, {
    'content-type': 'application/pdf',
    'content-disposition': "attachment; filename*=UTF-8''%C3%9Cber.pdf",
  })
  assert.equal(named.body.title, 'Über.pdf')
  const nameless = await post(bytes, { 'content-type': 'text/plain' })
  assert.equal(nameless.status, 422)
  assert.deepEqual(await problemFields(nameless), ['query.title', 'query.created_by'])
})

test('a query that is not valid is refused with every kind of body', async () => {
  const form = new FormData()
  form.append('file', new Blob(['x']), 'plan.txt')
  form.append('created_by', 'ada@example.com')
  for (const body of [form, '{}', 'x']) {
    const headers =
      typeof body === 'string' ? { 'content-type': body === '{}' ? 'application/json' : 'text/plain' } : {}
    const path = `/documents?created_by=nobody&title=${'x'.repeat(256)}`
    const response = await service.request('POST', path, body, headers)
    assert.equal(response.status, 422)
    assert.deepEqual(await problemFields(response), ['query.title', 'query.created_by'])
  }
})

test('a raw body beyond the limit is refused, with or without Content-Length, and nothing is stored', async () => {
  const path = '/documents?title=Raw&created_by=ada@example.com'
  const headers = { 'content-type': 'application/octet-stream' }
  assert.equal((await service.request('POST', path, Buffer.alloc(LIMIT + 1), headers)).status, 413)
  async function* endless(): AsyncGenerator<Buffer> {
    for (let sent = 0; sent < 2 * LIMIT; sent += 65_536) yield Buffer.alloc(65_536)
  }
  const chunked = await fetch(`${service.url}${path}`, {
    method: 'POST',
    headers,
    body: endless(),
    duplex: 'half',
  } as unknown as RequestInit)
  assert.equal(chunked.status, 413)
  assert.deepEqual(await leftovers(), [])
})

test('an upload whose client disconnects leaves nothing', async () => {
  for (const type of ['application/pdf', 'multipart/form-data; boundary=x']) {
    const request = httpRequest(`${service.url}/documents?title=Raw&created_by=ada@example.com`, {
      method: 'POST',
      headers: { 'content-type': type, 'content-length': 1_000_000 },
    })
    request.on('error', () => {})
    request.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n')
    request.write(Buffer.alloc(500_000))
    await eventually('the draft', async () => (await leftovers()).length > 0)
    request.destroy()
    await eventually('nothing left', async () => (await leftovers()).length === 0)
  }
})

test('created_by is the e-mail address of the user by default', async () => {
  const headers = { authorization: service.authorization({ id: 'u1', email: 'eve@example.com' }) }
  const { created_by: _, ...rest } = fields
  const own = await post(rest, headers)
  assert.equal(own.body.created_by, 'eve@example.com')
  const other = await post(fields, headers)
  assert.equal(other.body.created_by, 'ada@example.com')
})

test('a title that cannot be seen is refused, and controls of its direction are removed', async () => {
  const form = (title: string, name = 'file.txt') => {
    const parts = new FormData()
    parts.set('file', new Blob(['x']), name)
    parts.set('created_by', 'ada@example.com')
    if (title !== '') parts.set('title', title)
    return fetch(`${service.url}/documents`, { method: 'POST', body: parts })
  }
  for (const title of [
    ' ',
    '\t\n',
    '\u200b',
    '\ufeff',
    '\u2800',
    '\u3164',
    '\u202e',
    ' \u2066\u00a0\u2069 ',
  ]) {
    const json = await service.request('POST', '/documents', {
      title,
      content: 'x',
      created_by: 'ada@example.com',
    })
    for (const answer of [json, await form(title)]) {
      assert.equal(answer.status, 422)
      assert.deepEqual(await problemFields(answer), ['title'])
    }
  }
  const spoofed = 'invoice\u202efdp.exe'
  assert.equal((await service.create({ title: spoofed })).title, 'invoicefdp.exe')
  assert.equal(((await (await form('', spoofed)).json()) as Document).title, 'invoicefdp.exe')
  assert.deepEqual(await problemFields(await form('', '\u202e \u200b')), ['title'])
})
