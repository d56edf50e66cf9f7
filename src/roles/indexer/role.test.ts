import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ChangeEvent } from '../../domain/change.ts'
import type { DocumentRow } from '../../domain/document-fields.ts'
import { contentKey } from '../../domain/content-key.ts'
import { DomainError, isProblem } from '../../domain/errors.ts'
import { createExtractor } from '../../extraction/extractor.ts'
import { keepText } from '../../extraction/kept-texts.ts'
import { openBlobs } from '../../ports/blobs/open.ts'
import { createUuidV7 } from '../../runtime/ids.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import { TimeoutError } from '../../runtime/within.ts'
import { sampleEvent, sampleRow } from '../../testing/sample-documents.ts'
import { openTestSearch } from '../../testing/search-index.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { createIndexer } from './role.ts'

const newId = createUuidV7()
const metrics = createMetrics()
const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-indexer-'))
TEST_FILE.after(() => rm(folder, { recursive: true }))
const blobs = await openBlobs('file:', { folder, log: silentLogger })
const extractor = createExtractor({ log: silentLogger })
TEST_FILE.after(() => extractor.stop())
const index = await openTestSearch()
/** titles of the documents whose text was extracted, in order */
let extracted: string[] = []
/** why the object under a key cannot be read now */
let outageOf = (_key: string): Error | undefined => undefined
const indexer = createIndexer({
  index,
  metrics,
  log: silentLogger,
  maxContentBytes: 100_000,
  blobs: {
    ...blobs,
    async read(object) {
      const outage = outageOf(object.key)
      if (outage) throw outage
      return blobs.read(object)
    },
  },
  extractor: {
    extract(input) {
      extracted.push(input.title!)
      return extractor.extract(input)
    },
  },
})

async function newRow(
  title: string,
  content: string,
  fields: Partial<DocumentRow> = {},
): Promise<DocumentRow> {
  const id = newId()
  const bytes = Buffer.from(content)
  const { sha256, size } = await blobs.put('documents', contentKey(id), bytes, {
    contentType: 'x/y',
    maxBytes: 1e6,
  })
  return sampleRow({ id, title, content_size: size, content_sha256: sha256, ...fields })
}

/** Longer than what is read without a process. */
const LONG = ' and more'.repeat(5_000)

const created = (row: DocumentRow): ChangeEvent => sampleEvent('c', null, row)
const changed = (row: DocumentRow, fields: Partial<DocumentRow>): ChangeEvent =>
  sampleEvent('u', row, { ...row, version: row.version + 1, ...fields })

async function found(q: string): Promise<[title: string, status: string, version: number][]> {
  const { documents } = await index.within('all').search({ q, filters: {}, from: 0, size: 10 })
  return documents.map(({ title, status, version }) => [title, status, version])
}

test('a created document is found by the words of its title and content', async () => {
  const row = await newRow('Bear', 'the grizzly sleeps')
  await indexer.handle([created(row)])
  assert.deepEqual(await found('bear grizzlies'), [['Bear', 'created', 1]])
})

test('a later version keeps the text without a second extraction', async () => {
  const row = await newRow('Wolf', `howls at night${LONG}`)
  await indexer.handle([created(row)])
  extracted = []
  const sent = changed(row, { status: 'sent' })
  await indexer.handle([sent, changed(row, { status: 'sent', title: 'Wolves', version: 3 })])
  assert.deepEqual(extracted, [])
  assert.deepEqual(await found('wolves howling'), [['Wolves', 'sent', 3]])
})

test('only the newest version of a batch is indexed, and its text is extracted once', async () => {
  const row = await newRow('Lynx', `silent hunter${LONG}`)
  extracted = []
  await indexer.handle([
    created(row),
    changed(row, { status: 'sent' }),
    changed(row, { status: 'viewed', version: 3 }),
  ])
  assert.deepEqual(extracted, ['Lynx'])
  assert.deepEqual(await found('lynx hunter'), [['Lynx', 'viewed', 3]])
})

test('repeated events change nothing', async () => {
  const row = await newRow('Fox', 'red')
  const events = [created(row), changed(row, { status: 'sent' })]
  await indexer.handle(events)
  await indexer.handle(events)
  await indexer.handle([events[0]!])
  assert.deepEqual(await found('fox red'), [['Fox', 'sent', 2]])
})

test('a row of a snapshot or an update is indexed with its text when the index does not have it', async () => {
  const read = await newRow('Otter', 'swims')
  const late = await newRow('Beaver', 'swims')
  await indexer.handle([sampleEvent('r', null, { ...read, version: 4 }), changed(late, { status: 'sent' })])
  assert.deepEqual((await found('swim')).sort(), [
    ['Beaver', 'sent', 2],
    ['Otter', 'created', 4],
  ])
})

test('documents that are deleted, softly or physically, are not found, even after a late event', async () => {
  const soft = await newRow('Dodo', 'extinct')
  const hard = await newRow('Moa', 'extinct')
  await indexer.handle([created(soft), created(hard)])
  assert.equal((await found('extinct')).length, 2)
  await indexer.handle([changed(soft, { deleted_at: '2026-03-02T00:00:00Z' }), sampleEvent('d', hard, null)])
  assert.deepEqual(await found('extinct'), [])
  await indexer.handle([created(soft), created(hard)])
  assert.deepEqual(await found('extinct'), [])
  assert.deepEqual(
    await index.versions([soft.id, hard.id]),
    new Map([
      [soft.id, 2],
      [hard.id, 2],
    ]),
  )
})

test('a document whose text is pending is found by its title, and by its text once that was read', async () => {
  const row = await newRow('Marten', `climbs${LONG}`, { text_state: 'pending' })
  extracted = []
  await indexer.handle([created(row)])
  assert.deepEqual(await found('marten'), [['Marten', 'created', 1]])
  assert.deepEqual(await found('climbs'), [])
  await keepText(blobs, row, { outcome: 'text', parts: [{ page: 1, text: 'climbs trees' }], cut: false })
  const read = sampleEvent('u', row, { ...row, text_state: 'indexed' })
  await indexer.handle([read])
  assert.deepEqual(await found('marten trees'), [['Marten', 'created', 1]])
  await indexer.handle([created(row), read, created(row)])
  assert.deepEqual(await found('marten trees'), [['Marten', 'created', 1]])
  assert.deepEqual(extracted, [])
})

test('a text that is delivered after a later change of its document is added to that', async () => {
  const row = await newRow('Badger', `digs${LONG}`, { text_state: 'pending' })
  const text = { outcome: 'text', parts: [{ text: 'digs a sett' }], cut: false } as const
  await keepText(blobs, row, { ...text, parts: [...text.parts] })
  const read = { ...row, text_state: 'indexed' } as const
  const sent = { ...read, version: 2, status: 'sent' } as const
  await indexer.handle([created(row)])
  await Promise.all([
    indexer.handle([sampleEvent('u', read, sent)]),
    indexer.handle([sampleEvent('u', row, read)]),
  ])
  assert.deepEqual(await found('badger sett'), [['Badger', 'sent', 2]])
  const [indexed] = (await index.stored([row.id])).values()
  assert.equal(indexed!.text_state, 'indexed')
  const unread = await newRow('Otter', `swims${LONG}`, { text_state: 'pending' })
  const failed = { ...unread, text_state: 'failed' } as const
  await indexer.handle([created(unread), changed(unread, { version: 2 })])
  await indexer.handle([sampleEvent('u', unread, failed)])
  const [stored] = (await index.stored([unread.id])).values()
  assert.deepEqual([stored!.version, stored!.text_state], [2, 'failed'])
  const gone = await newRow('Polecat', `hides${LONG}`, { text_state: 'pending' })
  await keepText(blobs, gone, { ...text, parts: [{ text: 'hides' }] })
  await indexer.handle([created(gone), changed(gone, { deleted_at: '2026-03-02T00:00:00Z' })])
  await indexer.handle([sampleEvent('u', gone, { ...gone, text_state: 'indexed' })])
  assert.deepEqual(await found('hides'), [])
})

test('a document without a text, or whose text could not be read, is found by its title', async () => {
  extracted = []
  const states = ['empty', 'failed'] as const
  for (const text_state of states)
    await indexer.handle([created(await newRow('Weasel', `pops${LONG}`, { text_state }))])
  assert.equal((await found('weasel')).length, 2)
  assert.deepEqual([await found('pops'), extracted], [[], []])
})

test('a row without an object key is not indexed', async () => {
  await indexer.handle([created(await newRow('Phantom', 'nothing', { s3_key: null }))])
  assert.deepEqual(await found('phantom'), [])
})

test('a document whose content is unreadable or too large is found by its title', async () => {
  const broken = await newRow('Walrus broken', '%PDF-1.7 but not really', { content_type: 'application/pdf' })
  const large = await newRow('Walrus large', 'tusk '.repeat(30_000))
  await indexer.handle([created(broken), created(large)])
  assert.equal((await found('walrus')).length, 2)
  assert.equal((await found('tusk')).length, 0)
})

test('a missing object fails its batch after the others are indexed', async () => {
  const fine = await newRow('Heron', 'fishes')
  const missing = await newRow('Stork', 'fishes')
  await blobs.delete('documents', missing.s3_key!)
  const events = [created(missing), created(fine)]
  const failure = await indexer.handle(events).then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(isProblem(failure, 'content-damaged'), String(failure))
  assert.deepEqual(await found('fishes'), [['Heron', 'created', 1]])
})

test('a batch fails as unavailable while objects cannot be read, and succeeds later', async () => {
  const row = await newRow('Crane', 'dances')
  outageOf = () => new DomainError('unavailable', 'no objects now')
  await assert.rejects(Promise.resolve(indexer.handle([created(row)])), (error) =>
    isProblem(error, 'unavailable'),
  )
  outageOf = () => undefined
  await indexer.handle([created(row)])
  assert.deepEqual(await found('crane dance'), [['Crane', 'created', 1]])
})

test('a batch fails by a deadline rather than by a missing object, so that it is retried', async () => {
  const missing = await newRow('Rook', 'caws')
  const slow = await newRow('Raven', 'croaks')
  await blobs.delete('documents', missing.s3_key!)
  outageOf = (key) => (key === slow.s3_key ? new TimeoutError(1_000, 'the object') : undefined)
  await assert.rejects(Promise.resolve(indexer.handle([created(missing), created(slow)])), (error) =>
    isProblem(error, 'deadline-exceeded'),
  )
  outageOf = () => undefined
})

test('a large batch is indexed in one call', async () => {
  const numbers = Array.from({ length: 200 }, (_, number) => number)
  const rows = await Promise.all(numbers.map((number) => newRow(`Ant ${number}`, `works hard ${number}`)))
  await indexer.handle(rows.map(created))
  assert.equal(
    (await index.within('all').search({ q: 'ant work', filters: {}, from: 0, size: 1 })).total,
    200,
  )
})

test('metrics count indexed documents and measure the delay', async () => {
  const text = await metrics.registry.metrics()
  assert.match(text, /docmgr_indexer_documents_total\{change="create"\} \d{3}/)
  assert.match(text, /docmgr_indexer_contents_total\{outcome="failed"\} 3/)
  assert.match(text, /docmgr_indexer_delay_seconds_count \d+/)
})
