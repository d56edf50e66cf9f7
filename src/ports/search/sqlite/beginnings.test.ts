import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleSearchDocument as sample } from '../../../testing/sample-documents.ts'
import { openTestSearch } from '../../../testing/search-index.ts'
import { sharedByTests } from '../../../testing/test-file.ts'

/** More than are looked up instead of their beginning. */
const WORDS = 300

const opened = sharedByTests(async () => {
  const index = await openTestSearch()
  await index.index([
    ...Array.from({ length: WORDS }, (_, number) => sample({ title: 'Parcel', content: `ware${number}` })),
    sample({ title: 'Warehouses', content: 'Stores, warehouse2 and été' }),
    sample({ title: 'Wares', content: 'étage' }),
    sample({ title: 'Of neither', content: 'a wake, a wary reader' }),
  ])
  return index
})

const totalOf = async (q: string): Promise<number> => {
  const found = await (await opened()).within('all').search({ q, filters: {}, from: 0, size: 100 })
  assert.ok(found.total_is_exact)
  return found.total
}

test('a beginning finds all documents with a word that begins so, of few words and of many', async () => {
  for (const [q, total] of [
    ['ware*', WORDS + 2],
    ['war*', WORDS + 3],
    ['ware1*', 111],
    ['ware29*', 11],
    ['wareh*', 1],
    ['WAREHOUSE*', 1],
    ['wares*', 1],
    ['été*', 1],
    ['ét*', 2],
    ['warez*', 0],
  ] as const)
    assert.equal(await totalOf(q), total, q)
})

test('a beginning can be left out, be in titles, and be one of several alternatives', async () => {
  for (const [q, total] of [
    ['parcel -ware29*', WORDS - 11],
    ['-ware*', 1],
    ['title:ware*', 2],
    ['title:store*', 0],
    ['wareh* OR étag*', 2],
    ['warehouse2* stor*', 1],
    ['ware2* stor*', 0],
  ] as const)
    assert.equal(await totalOf(q), total, q)
})

test('words of documents that were removed are no longer found by their beginning', async () => {
  const index = await openTestSearch()
  const [old, kept] = [sample({ content: 'plenary' }), sample({ content: 'plenty' })]
  await index.index([old, kept])
  await index.index([{ ...old, version: old.version + 1, deleted: true, content: [] }])
  const found = await index.within('all').search({ q: 'plen*', filters: {}, from: 0, size: 10 })
  assert.deepEqual(
    found.documents.map(({ id }) => id),
    [kept.id],
  )
})
