import assert from 'node:assert/strict'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { silentLogger } from '../../../runtime/logger.ts'
import { sampleSearchDocument as sample } from '../../../testing/sample-documents.ts'
import { newIndexFolder } from '../../../testing/search-index.ts'
import { openSearch } from '../open.ts'

const PAGE = 4_096

test('a file that is damaged behind its first page is replaced', async (t) => {
  const folder = await newIndexFolder(t)
  const openIndex = async () => {
    const index = await openSearch('sqlite:', { folder, log: silentLogger })
    t.after(() => index.stop())
    return index
  }
  const find = { q: 'contract', filters: {}, from: 0, size: 10 }
  const first = await openIndex()
  assert.equal(first.filling?.reason, 'is new')
  await first.index(Array.from({ length: 300 }, (_, number) => sample({ title: `Contract ${number}` })))
  await first.filling.done()
  await first.stop()

  const path = join(folder, 'search.db')
  const { size } = await stat(path)
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(size - PAGE, 0x5a), 0, size - PAGE, PAGE)
  await file.close()
  const replaced = await openIndex()
  assert.equal(replaced.filling?.reason, 'is damaged')
  await replaced.index([sample({ title: 'Contract' })])
  assert.equal((await replaced.within('all').search(find)).total, 1)
})
