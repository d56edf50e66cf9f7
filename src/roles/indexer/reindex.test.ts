import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Database } from '../../db/database.ts'
import type { ChangeEvent } from '../../domain/change.ts'
import { currentDocuments } from '../../ports/changes/current-documents.ts'
import type { Consumer } from '../../ports/changes/port.ts'
import { openSearch } from '../../ports/search/open.ts'
import type { SearchIndex } from '../../ports/search/port.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import { insertDocument } from '../../testing/changes.ts'
import { type TestDatabases, startTestDatabases } from '../../testing/database.ts'
import { compareWithIndex, type Failure, PAGE, reindex } from './reindex.ts'
import { createIndexer } from './role.ts'

let server: TestDatabases
before(async () => void (server = await startTestDatabases()))
after(() => server.stop())

interface Prepared {
  database: Database
  index: SearchIndex
  indexer: Consumer
  /** sizes of the pages that were done */
  done: number[]
  read(after: string | undefined, limit: number): Promise<ChangeEvent[]>
  versions: SearchIndex['versions']
  concurrency: number
  onDone(documents: number): void
}

/** A database of its own with its index; every content is the text `words of KEY`. */
async function prepare(): Promise<Prepared> {
  const database = await server.open()
  const index = await openSearch('postgres:', { database, log: silentLogger })
  const done: number[] = []
  const indexer = createIndexer({
    index,
    metrics: createMetrics(),
    log: silentLogger,
    blobs: {
      get: async (_bucket, key) =>
        (key.startsWith('lost') ? undefined : [Buffer.from('words '.repeat(6))]) as never,
    },
    extractor: { extract: async ({ bytes }) => ({ outcome: 'text', text: String(bytes) }) as never },
  })
  return {
    database,
    index,
    indexer,
    done,
    read: (after, limit) => currentDocuments(database.pool, after, limit),
    versions: index.versions,
    concurrency: 1,
    onDone: (documents) => void done.push(documents),
  }
}

const indexWith =
  ({ indexer }: Prepared) =>
  async (events: ChangeEvent[]): Promise<Failure[]> => {
    await indexer.handle(events)
    return []
  }

async function titles({ index }: Prepared, q: string): Promise<string[]> {
  const { documents } = await index.search({ q, filters: {}, from: 0, size: 50 })
  return documents.map(({ title }) => title).toSorted()
}

test('what the index lacks, or has an older version of, is indexed; all else is left as it is', async () => {
  const all = await prepare()
  const { pool } = all.database
  const upToDate = await insertDocument(pool, 'Sparrow up to date')
  const older = await insertDocument(pool, 'Sparrow old')
  await all.indexer.handle(await all.read(undefined, 10))
  await pool.query('update documents.documents set title = $1 where id = $2', ['Sparrow newer', older])
  await insertDocument(pool, 'Sparrow missing')
  const given: string[] = []
  const result = await reindex({
    ...all,
    index: (events) => {
      given.push(...events.map(({ key }) => key))
      return indexWith(all)(events)
    },
  })
  assert.deepEqual(result, { compared: 3, missing: 1, older: 1, indexed: 2, failed: 0 })
  assert.ok(!given.includes(upToDate))
  assert.deepEqual(await titles(all, 'sparrow'), ['Sparrow missing', 'Sparrow newer', 'Sparrow up to date'])
  assert.equal((await titles(all, 'words')).length, 3)
  const again = await reindex({ ...all, index: indexWith(all) })
  assert.deepEqual(again, { compared: 3, missing: 0, older: 0, indexed: 0, failed: 0 })
})

test('a deleted document becomes a tombstone, and a late older event does not bring it back', async () => {
  const all = await prepare()
  const { pool } = all.database
  const [gone, never] = [await insertDocument(pool, 'Kiwi gone'), await insertDocument(pool, 'Kiwi never')]
  const early = await all.read(undefined, 10)
  await all.indexer.handle(early.filter(({ key }) => key === gone))
  await pool.query('update documents.documents set deleted_at = now()')
  const result = await reindex({ ...all, index: indexWith(all) })
  assert.deepEqual(result, { compared: 2, missing: 1, older: 1, indexed: 2, failed: 0 })
  await all.indexer.handle(early)
  assert.deepEqual(await titles(all, 'kiwi'), [])
  assert.deepEqual([...(await all.versions([gone, never])).values()], [2, 2])
})

test('a row without a content is neither compared nor indexed', async () => {
  const all = await prepare()
  const id = await insertDocument(all.database.pool, 'Phantom')
  await all.database.pool.query('update documents.documents set s3_key = null where id = $1', [id])
  const result = await reindex({ ...all, index: indexWith(all) })
  assert.deepEqual(result, { compared: 0, missing: 0, older: 0, indexed: 0, failed: 0 })
  assert.deepEqual(await titles(all, 'phantom'), [])
})

test('pages follow each other without a gap, whoever works on them', async () => {
  const all = await prepare()
  const count = 2 * PAGE + 1
  await all.database.pool.query(
    `insert into documents.documents (id, title, content_size, s3_key, created_by)
     select gen_random_uuid(), 'Starling', 0, 'key', 'ada@example.com' from generate_series(1, $1::int)`,
    [count],
  )
  const result = await reindex({ ...all, concurrency: 3, index: indexWith(all) })
  assert.deepEqual(result, { compared: count, missing: count, older: 0, indexed: count, failed: 0 })
  assert.deepEqual(all.done.toSorted(), [1, PAGE, PAGE])
  assert.equal((await all.index.search({ q: 'starling', filters: {}, from: 0, size: 1 })).total, count)
})

test('a version that comes while its document is being indexed stays', async () => {
  const all = await prepare()
  const { pool } = all.database
  const id = await insertDocument(pool, 'Swift before')
  const result = await reindex({
    ...all,
    async index(events) {
      await pool.query('update documents.documents set title = $1', ['Swift after'])
      await all.indexer.handle(await all.read(undefined, 10))
      return indexWith(all)(events)
    },
  })
  assert.equal(result.indexed, 1)
  assert.deepEqual(await titles(all, 'swift'), ['Swift after'])
  assert.deepEqual(await all.versions([id]), new Map([[id, 2]]))
})

test('those that could not be indexed are counted beside those that were', async () => {
  const all = await prepare()
  for (const number of [1, 2, 3]) await insertDocument(all.database.pool, `Owl ${number}`)
  const index = async ([first, ...others]: ChangeEvent[]): Promise<Failure[]> => {
    await all.indexer.handle(others)
    return [{ id: first!.key, reason: 'refused' }]
  }
  const result = await reindex({ ...all, index })
  assert.deepEqual(result, { compared: 3, missing: 3, older: 0, indexed: 2, failed: 1 })
})

test('after a failure no more pages are read', async () => {
  const all = await prepare()
  const pages: (string | undefined)[] = []
  const work = reindex({
    ...all,
    async read(after) {
      pages.push(after)
      return [{ topic: 'cdc.documents', key: randomUUID(), value: { after: { version: 1 } } } as ChangeEvent]
    },
    index: () => Promise.reject(new Error('no more')),
  })
  await assert.rejects(work, /no more/)
  assert.equal(pages.length, 1)
})

test('comparing asks again for what may be on its way, and tells what still lacks in the end', async () => {
  const all = await prepare()
  const { pool } = all.database
  await insertDocument(pool, 'Here')
  await all.indexer.handle(await all.read(undefined, 10))
  const [late, lost] = [await insertDocument(pool, 'Late'), await insertDocument(pool, 'Lost')]
  let asked = 0
  const result = await compareWithIndex(all, async () => {
    const events = await all.read(undefined, 10)
    await all.indexer.handle(events.filter(({ key }) => key === late))
    return ++asked < 3
  })
  assert.deepEqual(result, { compared: 3, missing: 1, older: 0 })
  assert.equal(asked, 3)
  assert.equal((await all.versions([lost])).size, 0)
})

test('comparing does not wait when nothing lacks', async () => {
  const all = await prepare()
  await insertDocument(all.database.pool, 'Here')
  await all.indexer.handle(await all.read(undefined, 10))
  const result = await compareWithIndex(all, () => assert.fail('nothing is to be waited for'))
  assert.deepEqual(result, { compared: 1, missing: 0, older: 0 })
})

test('a document is read as the event of a snapshot has it', async () => {
  const { database, read } = await prepare()
  await insertDocument(database.pool, 'Wren')
  const [event] = await read(undefined, 1)
  const { op, before, after, source } = event!.value
  assert.deepEqual([op, before, source.snapshot, source.table], ['r', null, 'true', 'documents'])
  const row = after as unknown as Record<string, unknown>
  assert.deepEqual(
    [row['title'], row['content_size'], row['version'], row['deleted_at']],
    ['Wren', 36, 1, null],
  )
  assert.match(String(row['created_at']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
})
