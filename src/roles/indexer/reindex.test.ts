import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { Database } from '../../db/database.ts'
import type { ChangeEvent } from '../../domain/change.ts'
import { DomainError, isProblem } from '../../domain/errors.ts'
import { currentDocuments } from './current-documents.ts'
import type { Consumer } from '../../ports/changes/port.ts'
import type { SearchIndex } from '../../ports/search/port.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import { insertDocument } from '../../testing/changes.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { openTestSearch } from '../../testing/search-index.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { PAGE_SIZE } from './compare-with-index.ts'
import type { Failure } from './index-each.ts'
import { createReindex, type ReindexOptions, type ReindexResult } from './reindex.ts'
import { createIndexer } from './role.ts'

interface Prepared extends ReindexOptions {
  database: Database
  index: SearchIndex
  consumer: Consumer
}

/** A database of its own with its index; every content is the text `words words …`. */
async function prepare(): Promise<Prepared> {
  const database = await openTestDatabase(TEST_FILE)
  const index = await openTestSearch()
  const consumer = createIndexer({
    index,
    metrics: createMetrics(),
    log: silentLogger,
    blobs: {
      get: async () => undefined,
      async read({ key }) {
        if (key.startsWith('lost')) throw new DomainError('content-damaged', 'its object is missing')
        return Buffer.from('words '.repeat(6))
      },
    },
    extractor: {
      extract: async ({ bytes }) => ({ outcome: 'text', parts: [{ text: String(bytes) }], cut: false }),
    },
  })
  return {
    database,
    index,
    consumer,
    readPage: (after, limit) => currentDocuments(database.pool, after, limit),
    deletedBefore: new Date(Date.now() - 3_600_000),
    graceMs: 0,
    signal: new AbortController().signal,
  }
}

const ignore = (): void => {}

const run = (
  options: ReindexOptions,
  onProgress: (documents: number) => void = ignore,
  onFailure: (failure: Failure) => void = ({ reason }) => assert.fail(reason),
): Promise<ReindexResult> => createReindex(options).run(onProgress, onFailure)

async function titles({ index }: Prepared, q: string): Promise<string[]> {
  const { documents } = await index.within('all').search({ q, filters: {}, from: 0, size: 50 })
  return documents.map(({ title }) => title).toSorted()
}

/** Indexes what the database has now. */
const indexAll = async ({ consumer, readPage }: Prepared): Promise<void> =>
  consumer.handle(await readPage(undefined, 10))

test('missing and older documents are indexed, all others are left unchanged', async () => {
  const all = await prepare()
  const { pool } = all.database
  const upToDate = await insertDocument(pool, 'Sparrow up to date')
  const older = await insertDocument(pool, 'Sparrow old')
  await indexAll(all)
  await pool.query('update documents.documents set title = $1 where id = $2', ['Sparrow newer', older])
  await insertDocument(pool, 'Sparrow missing')
  const handled: string[] = []
  const handle = (events: ChangeEvent[]): Promise<void> => {
    handled.push(...events.map(({ key }) => key))
    return all.consumer.handle(events)
  }
  const result = await run({ ...all, consumer: { ...all.consumer, handle } })
  assert.deepEqual(result, { compared: 3, missing: 1, older: 1, indexed: 2, failed: 0 })
  assert.ok(!handled.includes(upToDate))
  assert.deepEqual(await titles(all, 'sparrow'), ['Sparrow missing', 'Sparrow newer', 'Sparrow up to date'])
  assert.equal((await titles(all, 'words')).length, 3)
  assert.deepEqual(await run(all), { compared: 3, missing: 0, older: 0, indexed: 0, failed: 0 })
})

test('a deleted document becomes a tombstone, and a late older event does not bring it back', async () => {
  const all = await prepare()
  const { pool } = all.database
  const [gone, never] = [await insertDocument(pool, 'Kiwi gone'), await insertDocument(pool, 'Kiwi never')]
  const early = await all.readPage(undefined, 10)
  await all.consumer.handle(early.filter(({ key }) => key === gone))
  await pool.query('update documents.documents set deleted_at = now()')
  assert.deepEqual(await run(all), { compared: 2, missing: 1, older: 1, indexed: 2, failed: 0 })
  await all.consumer.handle(early)
  assert.deepEqual(await titles(all, 'kiwi'), [])
  assert.deepEqual([...(await all.index.versions([gone, never])).values()], [2, 2])
})

test('a document that was deleted long ago needs no tombstone, and an old version of it in the index still gets one', async () => {
  const all = await prepare()
  const { pool } = all.database
  await insertDocument(pool, 'Rail without tombstone')
  const risen = await insertDocument(pool, 'Rail of an old version')
  const early = await all.readPage(undefined, 10)
  await pool.query("update documents.documents set deleted_at = now() - interval '2 hours'")
  assert.deepEqual(await createReindex(all).compare(ignore), { compared: 2, missing: 0, older: 0 })
  await all.consumer.handle(early.filter(({ key }) => key === risen))
  assert.deepEqual(await run(all), { compared: 2, missing: 0, older: 1, indexed: 1, failed: 0 })
  assert.deepEqual(await titles(all, 'rail'), [])
  const [tombstone, ...others] = await all.index.list(undefined, 10)
  assert.deepEqual([tombstone, others], [{ id: risen, version: 2, deleted: true }, []])
})

test('a row without a content is neither compared nor indexed', async () => {
  const all = await prepare()
  const id = await insertDocument(all.database.pool, 'Phantom')
  await all.database.pool.query('update documents.documents set s3_key = null where id = $1', [id])
  assert.deepEqual(await run(all), { compared: 0, missing: 0, older: 0, indexed: 0, failed: 0 })
  assert.deepEqual(await titles(all, 'phantom'), [])
})

test('concurrent pages cover every document once', async () => {
  const all = await prepare()
  const count = 2 * PAGE_SIZE + 1
  await all.database.pool.query(
    `insert into documents.documents (id, title, content_size, s3_key, created_by)
     select gen_random_uuid(), 'Starling', 0, 'key', 'ada@example.com' from generate_series(1, $1::int)`,
    [count],
  )
  const pages: number[] = []
  const consumer = { ...all.consumer, concurrency: 3 }
  const result = await run({ ...all, consumer }, (documents) => void pages.push(documents))
  assert.deepEqual(result, { compared: count, missing: count, older: 0, indexed: count, failed: 0 })
  assert.deepEqual(pages.toSorted(), [1, PAGE_SIZE, PAGE_SIZE])
  assert.equal(
    (await all.index.within('all').search({ q: 'starling', filters: {}, from: 0, size: 1 })).total,
    count,
  )
})

test('a version that is committed while its document is indexed stays', async () => {
  const all = await prepare()
  const { pool } = all.database
  const id = await insertDocument(pool, 'Swift before')
  const handle = async (events: ChangeEvent[]): Promise<void> => {
    await pool.query('update documents.documents set title = $1', ['Swift after'])
    await indexAll(all)
    await all.consumer.handle(events)
  }
  const result = await run({ ...all, consumer: { ...all.consumer, handle } })
  assert.equal(result.indexed, 1)
  assert.deepEqual(await titles(all, 'swift'), ['Swift after'])
  assert.deepEqual(await all.index.versions([id]), new Map([[id, 2]]))
})

test('documents that fail are reported, and the others are indexed', async () => {
  const all = await prepare()
  const { pool } = all.database
  for (const number of [1, 2, 3, 4, 5]) await insertDocument(pool, `Owl ${number}`)
  const lost = await insertDocument(pool, 'Owl lost')
  await pool.query(`update documents.documents set s3_key = 'lost' where id = $1`, [lost])
  const failures: Failure[] = []
  const result = await run(all, ignore, (failure) => void failures.push(failure))
  assert.deepEqual(result, { compared: 6, missing: 6, older: 0, indexed: 5, failed: 1 })
  assert.deepEqual(
    failures.map(({ id }) => id),
    [lost],
  )
  assert.match(failures[0]!.reason, /its object is missing/)
  assert.equal((await titles(all, 'owl')).length, 5)
})

test('transient failures are retried, and fail no document', async () => {
  const all = await prepare()
  await insertDocument(all.database.pool, 'Ibis')
  let calls = 0
  const handle = async (events: ChangeEvent[]): Promise<void> => {
    if (++calls < 3) throw new DomainError('unavailable', 'not now')
    await all.consumer.handle(events)
  }
  const result = await run({ ...all, consumer: { ...all.consumer, handle } })
  assert.deepEqual([result.indexed, calls], [1, 3])
})

test('it gives up when nothing has worked for the timeout, and reads no more pages', async () => {
  const all = await prepare()
  const pages: (string | undefined)[] = []
  const work = run({
    ...all,
    timeoutMs: 0,
    readPage: async (after) => {
      pages.push(after)
      return [{ topic: 'cdc.documents', key: randomUUID(), value: { after: { version: 1 } } } as ChangeEvent]
    },
    consumer: {
      ...all.consumer,
      handle: () => Promise.reject(new DomainError('unavailable', 'no server')),
    },
  })
  await assert.rejects(
    work,
    (error: Error) =>
      isProblem(error, 'unavailable') && /nothing has worked for 0 s: no server/.test(error.message),
  )
  assert.equal(pages.length, 1)
})

test('the signal ends it while a call does not answer', async () => {
  const all = await prepare()
  const ending = new AbortController()
  const readPage = (): Promise<never> => {
    ending.abort(new Error('ended'))
    return new Promise(() => {})
  }
  await assert.rejects(run({ ...all, readPage, signal: ending.signal }), /ended/)
})

test('comparing checks outdated documents again during the grace period', async () => {
  const all = await prepare()
  const { pool } = all.database
  await insertDocument(pool, 'Here')
  await indexAll(all)
  const [late, lost] = [await insertDocument(pool, 'Late'), await insertDocument(pool, 'Lost')]
  let checks = 0
  const versions = async (ids: string[]): Promise<Map<string, number>> => {
    const events = await all.readPage(undefined, 10)
    if (++checks === 3) await all.consumer.handle(events.filter(({ key }) => key === late))
    return all.index.versions(ids)
  }
  const result = await createReindex({ ...all, index: { versions }, graceMs: 200 }).compare(ignore)
  assert.deepEqual(result, { compared: 3, missing: 1, older: 0 })
  assert.ok(checks > 3)
  assert.equal((await all.index.versions([lost])).size, 0)
})

test('comparing does not wait when nothing is outdated', async () => {
  const all = await prepare()
  await insertDocument(all.database.pool, 'Here')
  await indexAll(all)
  const result = await createReindex({ ...all, graceMs: 3_600_000 }).compare(ignore)
  assert.deepEqual(result, { compared: 1, missing: 0, older: 0 })
})

test('a document is read as the event of a snapshot', async () => {
  const { database, readPage } = await prepare()
  await insertDocument(database.pool, 'Wren')
  const [event] = await readPage(undefined, 1)
  const { op, before, after, source } = event!.value
  assert.deepEqual([op, before, source.snapshot, source.table], ['r', null, 'true', 'documents'])
  const row = after as unknown as Record<string, unknown>
  assert.deepEqual(
    [row['title'], row['content_size'], row['version'], row['deleted_at']],
    ['Wren', 36, 1, null],
  )
  assert.match(String(row['created_at']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
})
