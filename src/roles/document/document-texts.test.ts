import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { feedLag } from '../../client/feed-lag.ts'
import type { ChangeEvent } from '../../domain/change.ts'
import { type Document, type DocumentRow, fieldsWhere } from '../../domain/document-fields.ts'
import { textKey } from '../../domain/content-key.ts'
import { keepText, problemOfKeptText } from '../../extraction/kept-texts.ts'
import { insertDocument } from '../../testing/changes.ts'
import { eventually } from '../../testing/deadline.ts'
import { pdf, slowPdf } from '../../testing/sample-files.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

/** The first extraction starts a process, which takes seconds on a busy machine; the slow texts take all of it. */
const EXTRACTION_MS = 8_000

const service = await startTestService(
  { roles: ['document', 'indexer', 'search', 'ws'], settings: { limits: { extractionTime: EXTRACTION_MS } } },
  TEST_FILE,
)

async function upload(
  title: string,
  bytes: Buffer,
  { type = 'application/pdf', by = 'ada@example.com' } = {},
): Promise<Document> {
  const path = `/documents?title=${encodeURIComponent(title)}&created_by=${by}`
  const answer = await service.request('POST', path, bytes, { 'content-type': type })
  const document = (await answer.json()) as Document
  assert.equal(answer.status, 201, JSON.stringify(document))
  return document
}

const get = async (id: string): Promise<Document> =>
  (await service.send('GET', `/documents/${id}`)).body as Document
const textOf = async (id: string) => (await service.send('GET', `/documents/${id}/text`)).body
const isPending = async (id: string) => {
  const { queue_read_at: queueReadAt, ...text } = await textOf(id)
  assert.match(queueReadAt, /^\d{4}-.+Z$/)
  return text
}
const listed = async (query: string): Promise<string[]> =>
  ((await service.send('GET', `/documents?${query}`)).body as Document[]).map(({ title }) => title).sort()
const found = async (q: string): Promise<string[]> =>
  (await service.send('GET', `/search?q=${encodeURIComponent(q)}`)).body.documents.map(
    ({ title }: Document) => title,
  )
const isRead = (id: string): Promise<Document> =>
  eventually(`the text of ${id}`, async () => {
    const document = await get(id)
    return document.text.state !== 'pending' && document
  })

test('a text is pending until it was read, and then a part of the document without a new version', async () => {
  const created = await upload('Osprey', pdf(['first page', 'dives for fish']))
  assert.deepEqual(created.text, { state: 'pending' })
  const socket = await service.connect(created.id)
  const document = await isRead(created.id)
  assert.deepEqual(document, { ...created, text: { state: 'indexed', pages: 2 } })
  assert.deepEqual(await get(created.id), document)
  assert.deepEqual(await textOf(created.id), {
    state: 'indexed',
    pages: 2,
    parts: [
      { page: 1, text: 'first page' },
      { page: 2, text: 'dives for fish' },
    ],
  })
  await eventually('the document to be found by its text', async () => (await found('dives')).length === 1)
  const messages = service.events.filter(({ key }) => key === created.id)
  assert.ok(messages.every(({ value }) => value.after?.['version' as never] === 1))
  socket.close()
})

test('while a text is pending, everyone who waits for one sees when the queue got on last', async () => {
  const id = await service.rows.add('Waiting')
  await service.rows.change(id, { s3_key: null, text_state: 'pending' })
  const lastReadAt = async (): Promise<string> => (await textOf(id)).queue_read_at as string
  await isRead((await upload('First', pdf(['read before']))).id)
  const before = await eventually('a first text to be read', lastReadAt)
  await isRead((await upload('Second', pdf(['read afterwards']), { by: 'other@example.com' })).id)
  await eventually('a later time', async () => (await lastReadAt()) > before)
})

test('a short text and what has none need no time, and lists select documents by the state', async () => {
  const state = async (type: string, content: string): Promise<unknown> =>
    (await upload('States', Buffer.from(content), { type })).text
  assert.deepEqual(await state('text/plain', 'words'), { state: 'indexed' })
  assert.deepEqual(await state('image/png', 'x'), { state: 'empty', reason: 'not a format with text' })
  const broken = await upload('Broken', Buffer.from('%PDF-1.7 only'))
  const { text } = await isRead(broken.id)
  assert.equal(text.state, 'failed')
  assert.match(text.reason!, /\w/)
  assert.deepEqual(await textOf(broken.id), { ...text, parts: [] })
  assert.deepEqual(await listed('text_state=failed'), ['Broken'])
  assert.deepEqual(await listed('text_state=failed&text_state=empty'), ['Broken', 'States'])
  const { status, body } = await service.send('GET', '/documents?text_state=cut')
  assert.equal(status, 422)
  assert.match(JSON.stringify(body), /must be one of pending, indexed, empty, failed/)
})

test('the language of a text is detected, of long and of short ones, and lists select documents by it', async () => {
  const german = 'Der Mieter verpflichtet sich, die Wohnung pfleglich zu behandeln und Schäden zu melden.'
  const short = await upload('Mietvertrag', Buffer.from(german), { type: 'text/plain' })
  assert.deepEqual(short.text, { state: 'indexed', language: 'de' })
  const english = 'The tenant shall treat the flat with care and report any damage to the landlord at once.'
  const long = await upload('Lease', pdf([english, 'Appendix', english]))
  assert.deepEqual((await isRead(long.id)).text, { state: 'indexed', pages: 3, language: 'en' })
  assert.deepEqual(await listed('language=de'), ['Mietvertrag'])
  assert.deepEqual(await listed('language=de&language=en'), ['Lease', 'Mietvertrag'])
  const unclear = await upload('Numbers', Buffer.from('4711 0815 4711 0815 4711 0815'), {
    type: 'text/plain',
  })
  assert.deepEqual(unclear.text, { state: 'indexed' })
})

const titledPdf = (title: string): Buffer =>
  pdf(['a title of its own'], { trailer: `/Info << /Title (${title}) >>` })

/** Without a title, as the part of a form. */
async function uploadFile(name: string, bytes: Buffer | string, fields: Record<string, string> = {}) {
  const form = new FormData()
  for (const [field, value] of Object.entries({ created_by: 'ada@example.com', ...fields }))
    form.set(field, value)
  form.set('file', new File([bytes], name))
  const answer = await fetch(`${service.url}/documents`, { method: 'POST', body: form })
  assert.equal(answer.status, 201)
  return (await answer.json()) as Document
}

test('a document without a title takes the one that its content gives itself', async () => {
  const created = await uploadFile('deed.pdf', titledPdf('Deed of gift'))
  assert.deepEqual([created.title, created.file_name], ['deed.pdf', 'deed.pdf'])
  const read = await isRead(created.id)
  assert.deepEqual([read.title, read.file_name, read.version], ['Deed of gift', 'deed.pdf', 2])
  await eventually('the title to be found', async () => (await found('title:gift')).length === 1)
  // A short text is read at once.
  const page = await uploadFile('page.html', '<title>Welcome &amp; more</title><p>Hello')
  assert.deepEqual([page.title, page.version], ['Welcome & more', 1])
})

test('a title that was given, or changed, or that a program wrote, is not taken', async () => {
  const given = await uploadFile('deed.pdf', titledPdf('Deed of trust'), { title: 'deed.pdf' })
  const rubbish = await uploadFile('deed.pdf', titledPdf('Microsoft Word - Document1'))
  const blank = await uploadFile('scan 7.pdf', pdf(['without a title']), { file_name: 'in/2024/scan 7.pdf' })
  assert.deepEqual([blank.title, blank.file_name], ['scan 7.pdf', 'in/2024/scan 7.pdf'])
  const changed = await uploadFile('slow.pdf', slowPdf(102), { created_by: 'slow@example.com' })
  await service.send('PATCH', `/documents/${changed.id}`, { title: 'Mine' })
  for (const { id } of [given, rubbish]) assert.equal((await isRead(id)).title, 'deed.pdf')
  assert.equal((await isRead(blank.id)).title, 'scan 7.pdf')
  const { title, version } = await isRead(changed.id)
  assert.deepEqual([title, version], ['Mine', 2])
})

test('the same bytes are read once', async () => {
  const bytes = pdf(['a kite hovers'])
  const { id, content_sha256, content_type } = await upload('Kite', bytes)
  await isRead(id)
  // What was kept shows that it is used.
  await keepText(
    service.blobs,
    { content_sha256, content_type },
    {
      outcome: 'text',
      parts: [{ page: 1, text: 'a windhover' }],
      cut: true,
      pages: 4,
    },
  )
  const again = await upload('Kite again', bytes)
  assert.deepEqual((await isRead(again.id)).text, { state: 'indexed', pages: 4, cut: true })
  await eventually('the kept text to be found', async () => (await found('windhover')).length === 1)
})

test('a text that is not kept any more is read again', async () => {
  const { id, content_sha256, content_type } = await upload('Harrier', pdf(['quarters a field']))
  await isRead(id)
  await service.blobs.delete('documents', textKey(content_sha256!, content_type))
  assert.deepEqual(await isPending(id), { state: 'pending', parts: [] })
  const document = await isRead(id)
  assert.deepEqual([document.version, document.text], [1, { state: 'indexed', pages: 1 }])
  assert.equal((await textOf(id)).parts[0].text, 'quarters a field')
})

test('a kept text that was altered is not used, and is read again', async () => {
  const { id, content_sha256, content_type } = await upload('Hobby', pdf(['catches a dragonfly']))
  await isRead(id)
  const key = textKey(content_sha256!, content_type)
  const json = gunzipSync(await buffer((await service.blobs.get('documents', key))!)).toString()
  const put = (bytes: Buffer) =>
    service.blobs.put('documents', key, bytes, { contentType: 'application/gzip', maxBytes: 10_000 })
  const { sha256, ...withoutHash } = JSON.parse(json)
  assert.match(sha256, /^[\da-f]{64}$/)
  const problemOf = () => problemOfKeptText(service.blobs, key)
  const another = json.replace('dragonfly', 'hirundine')
  for (const bytes of [gzipSync(another), gzipSync(JSON.stringify(withoutHash)), Buffer.from('no gzip')]) {
    await put(bytes)
    assert.notEqual(await problemOf(), undefined)
    assert.deepEqual(await isPending(id), { state: 'pending', parts: [] })
    await isRead(id)
    assert.equal((await textOf(id)).parts[0].text, 'catches a dragonfly')
  }
  // An earlier version kept no hash: verify has nothing against its text, and no reader uses it.
  await put(gzipSync(JSON.stringify({ ...withoutHash, version: 1 })))
  assert.equal(await problemOf(), undefined)
  assert.deepEqual(await isPending(id), { state: 'pending', parts: [] })
  await isRead(id)
  assert.equal((await textOf(id)).parts[0].text, 'catches a dragonfly')
})

test('every column but those of the text raises the version', async () => {
  const { rows } = await service.database.pool.query<{ name: string }>(
    `select event_object_column as name from information_schema.triggered_update_columns
      where trigger_name = 'documents_touch'`,
  )
  const expected = fieldsWhere(({ visibility }) => visibility !== 'text')
  assert.deepEqual(rows.map(({ name }) => name).sort(), [...expected].sort())
})

test('a document that changes while its text is read keeps both', async () => {
  const { id } = await upload('Merlin', slowPdf(100), { by: 'slow@example.com' })
  await service.send('PATCH', `/documents/${id}`, { title: 'Merlin of the moor' })
  const document = await isRead(id)
  assert.deepEqual([document.version, document.title], [2, 'Merlin of the moor'])
  const { id: gone } = await upload('Gone', slowPdf(101), { by: 'slow@example.com' })
  await service.send('DELETE', `/documents/${gone}`)
  await eventually('the queue to be empty', async () => {
    const { rows } = await service.database.pool.query('select from texts.queue')
    return rows.length === 0
  })
})

test('twelve slow texts of one owner hold back nobody else, and no metadata', async () => {
  const slow: Document[] = []
  for (let number = 0; number < 12; number++)
    slow.push(await upload(`Slow ${number}`, slowPdf(number), { by: 'slow@example.com' }))
  const other = await upload('Quick', pdf(['a swift screams']), { by: 'other@example.com' })
  await eventually('the titles to be found', async () => (await found('slow')).length > 0)
  await isRead(other.id)
  await eventually('the text of another owner to be found', async () => (await found('swift')).length === 1)
  // The order of the events, not their time: at first come, first served, all twelve would be read before.
  const isOutcome = ({ value: { op, after } }: ChangeEvent): boolean =>
    op === 'u' && (after as DocumentRow).text_state !== 'pending'
  const place = (is: (event: ChangeEvent) => boolean): number =>
    service.events.findIndex((event) => event.key === other.id && is(event))
  const slowIds = new Set(slow.map(({ id }) => id))
  const between = service.events
    .slice(
      place(({ value }) => value.op === 'c'),
      place(isOutcome),
    )
    .filter((event) => slowIds.has(event.key) && isOutcome(event))
  assert.ok(between.length <= 4, `${between.length} texts of the other owner were read before`)
  for (const { id } of slow) await service.send('DELETE', `/documents/${id}`)
})

test('metrics tell of texts that are still to be read, and give no lag in events that is not known', async () => {
  const { pool } = service.database
  // Nobody can read it: its content does not exist, which counts as a fault that may pass.
  const id = await insertDocument(pool, 'Waiting')
  const lag = feedLag((await service.get('/metrics')).body.toString())
  await pool.query('delete from documents.documents where id = $1', [id])
  await pool.query('delete from texts.queue where document_id = $1', [id])
  assert.ok(lag.pendingTexts! >= 1, JSON.stringify(lag))
  assert.equal(lag.events, undefined)
  assert.equal(typeof lag.bytes, 'number')
})

test('a search finds words of a text in all their forms, and phrases only as a whole', async () => {
  const lines = [
    'The parties have made several agreements about the notice.',
    'A notice period of an agreement ends.',
  ]
  const { id } = await upload('Agreements', pdf(lines))
  await isRead(id)
  const foundIn = async (q: string): Promise<string[][]> => {
    const { parts } = (await service.send('GET', `/documents/${id}/text?${new URLSearchParams({ q })}`)).body
    type Part = { text: string; found: { start: number; end: number }[] }
    return parts.map(({ text, found }: Part) => found.map(({ start, end }) => text.slice(start, end)))
  }
  assert.deepEqual(await foundIn('agreement'), [['agreements'], ['agreement']])
  assert.deepEqual(await foundIn('"notice period" -party'), [[], ['notice', 'period']])
  assert.deepEqual(await foundIn('title:agreement status:signed'), [[], []])
  const { parts } = await textOf(id)
  assert.equal('found' in parts[0], false)
  const long = Array.from({ length: 201 }, (_, index) => `w${index}`).join('+')
  const { status, body } = await service.send('GET', `/documents/${id}/text?q=${long}`)
  assert.deepEqual([status, body.errors[0].field], [422, 'query.q'])
})
