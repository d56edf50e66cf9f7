import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../db/database.ts'
import { queryRows } from '../../db/query.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { eventually } from '../../testing/deadline.ts'
import { sampleKeptDocument } from '../../testing/sample-documents.ts'
import { cacheContractSuite } from './contract-suite.ts'
import { openCache } from './open.ts'
import type { DocumentCache } from './port.ts'

const time = { ms: Date.parse('2026-03-01T10:00:00Z') }
const clock = { now: () => new Date(time.ms) }

function open(
  database: Database,
  changes: { entries?: number; viewerSecret?: string } = {},
): Promise<DocumentCache> {
  return openCache('memory:', {
    database,
    entries: 1_000,
    viewerSecret: 'a secret',
    clock,
    log: silentLogger,
    ...changes,
  })
}

cacheContractSuite('memory:', async () => open(await openTestDatabase(TEST_FILE)))

test('views are in the database within about a second', async () => {
  const database = await openTestDatabase(TEST_FILE)
  const cache = await open(database)
  await cache.fill(sampleKeptDocument(), 'user:1')
  await eventually(
    'the views',
    async () => (await queryRows(database.pool, 'SELECT 1 FROM documents.views')).length === 1,
  )
  await cache.stop()
})

test('a viewer is recognised after a restart, and the table does not show the address', async () => {
  const database = await openTestDatabase(TEST_FILE)
  const document = sampleKeptDocument()
  for (let start = 0; start < 2; start++) {
    const cache = await open(database)
    await cache.fill(document, 'address:10.1.2.3')
    await cache.stop()
  }
  const cache = await open(database)
  assert.deepEqual(await cache.stats(document.id), { total_views: 2, unique_views: 1 })
  const [row] = await queryRows<{ viewer: string }>(database.pool, 'SELECT viewer FROM documents.viewers')
  assert.match(row!.viewer, /^\\x[0-9a-f]{32}$/)
  assert.ok(!Buffer.from(row!.viewer.slice(2), 'hex').includes('10.1'))
})

test('views wait while the database is unavailable, and none is lost', async () => {
  const database = await openTestDatabase(TEST_FILE)
  const cache = await open(database)
  const document = sampleKeptDocument()
  await queryRows(database.pool, 'ALTER TABLE documents.views RENAME TO away')
  await cache.fill(document, 'user:1')
  await assert.rejects(cache.stats(document.id))
  await cache.read(document.id, 'user:2', 'all')
  await queryRows(database.pool, 'ALTER TABLE documents.away RENAME TO views')
  assert.deepEqual(await cache.stats(document.id), { total_views: 2, unique_views: 2 })
  await cache.stop()
})

test('a document is read from the table again after 300 seconds', async () => {
  const cache = await open(await openTestDatabase(TEST_FILE))
  const document = sampleKeptDocument()
  await cache.update(document)
  time.ms += 299_000
  assert.deepEqual((await cache.read(document.id, undefined, 'all'))?.kept, document)
  time.ms += 2_000
  assert.equal(await cache.read(document.id, undefined, 'all'), undefined)
})

test('keeps the latest documents up to the limit', async () => {
  const cache = await open(await openTestDatabase(TEST_FILE), { entries: 2 })
  const documents = [sampleKeptDocument(), sampleKeptDocument(), sampleKeptDocument()]
  for (const document of documents) await cache.fill(document, undefined)
  const kept = await Promise.all(documents.map(({ id }) => cache.read(id, undefined, 'all')))
  assert.deepEqual(
    kept.map((text) => text?.kept),
    [undefined, documents[1], documents[2]],
  )
})

test('an evicted change is not replaced by a row read before it', async () => {
  const cache = await open(await openTestDatabase(TEST_FILE), { entries: 2 })
  const row = sampleKeptDocument()
  await cache.update({ ...row, version: 2 })
  for (let n = 0; n < 2; n++) await cache.update(sampleKeptDocument())
  await cache.fill(row, undefined)
  assert.equal(await cache.read(row.id, undefined, 'all'), undefined)
})

test('with no entries it caches nothing and still counts views', async () => {
  const cache = await open(await openTestDatabase(TEST_FILE), { entries: 0 })
  const document = sampleKeptDocument()
  await cache.fill(document, 'user:1')
  assert.equal(await cache.read(document.id, 'user:1', 'all'), undefined)
  assert.deepEqual(await cache.stats(document.id), { total_views: 1, unique_views: 1 })
})

test('another scheme is refused by name', async () => {
  const resources = {
    database: await openTestDatabase(TEST_FILE),
    entries: 1,
    viewerSecret: 'x',
    clock,
    log: silentLogger,
  }
  await assert.rejects(
    openCache('memcached://localhost', resources),
    /cache\.url: memcached: is not known; use memory: or redis: or rediss:/,
  )
})
