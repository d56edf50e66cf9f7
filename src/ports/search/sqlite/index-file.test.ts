import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newIndexFolder } from '../../../testing/search-index.ts'
import { markFilled, openForWriting } from './index-file.ts'

test('no other user of the machine can read the index', async (t) => {
  const folder = await newIndexFolder(t)
  const { database } = openForWriting(join(folder, 'search.db'), { databaseId: '1/1/1', mayReplace: true })
  t.after(() => database.close())
  const files = await readdir(folder)
  assert.deepEqual(files.toSorted(), ['search.db', 'search.db-shm', 'search.db-wal'])
  for (const file of files) assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600, file)
})

test('an index of another database is replaced, unless it is in use', async (t) => {
  const path = join(await newIndexFolder(t), 'search.db')
  const open = (databaseId: string, mayReplace = true) => {
    const { database, unfilled } = openForWriting(path, { databaseId, mayReplace })
    if (unfilled !== undefined) markFilled(database)
    database.close()
    return unfilled
  }
  assert.equal(open('1/1/1'), 'is new')
  assert.equal(open('1/1/1'), undefined)
  assert.throws(() => open('1/1/2', false), /the search index is of another database, and it is in use/)
  assert.equal(open('1/1/1'), undefined)
  assert.equal(open('1/1/2'), 'is of another database')
  assert.equal(open('1/1/2'), undefined)
})
