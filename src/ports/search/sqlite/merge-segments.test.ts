import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { sampleSearchDocument as sample } from '../../../testing/sample-documents.ts'
import { newIndexFolder } from '../../../testing/search-index.ts'
import { openForWriting } from './index-file.ts'
import { createMerger } from './merge-segments.ts'
import { createWriter } from './writer.ts'

const BATCHES = 30

test('the segments of many batches are merged, and free pages are given back', async (t) => {
  const { database } = openForWriting(join(await newIndexFolder(t), 'search.db'), {
    databaseId: '',
    mayReplace: true,
  })
  t.after(() => database.close())
  const numberOf = (sql: string): number => Number(Object.values(database.prepare(sql).get() as object)[0])
  // The first bits of an id are the number of its segment; small ids are of other records.
  const segments = () => numberOf('select count(distinct id >> 37) from words_data where id >> 37 > 0')
  const writer = createWriter(database)
  for (let batch = 0; batch < BATCHES; batch++) {
    const text = Array.from({ length: 2_000 }, (_, n) => `word${batch}x${n}`).join(' ')
    await writer.index([{ ...sample({ title: 'Contract' }), content: [{ text }] }], [])
  }
  const before = segments()
  const merge = createMerger(database)
  let steps = 0
  while (merge()) steps++
  assert.ok(steps > 0)
  assert.ok(segments() < before, `${before} segments became ${segments()}`)
  assert.ok(numberOf('pragma freelist_count') * 50 <= numberOf('pragma page_count'))
  assert.equal(numberOf(`select count(*) from words where words match '"contract"'`), BATCHES)
  assert.equal(merge(), false)
})
