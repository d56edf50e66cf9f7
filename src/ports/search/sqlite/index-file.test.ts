import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openForWriting } from './index-file.ts'

test('no other user of the machine can read the index', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-index-'))
  t.after(() => rm(folder, { recursive: true }))
  const { database } = openForWriting(join(folder, 'search.db'), true)
  t.after(() => database.close())
  const files = await readdir(folder)
  assert.deepEqual(files.toSorted(), ['search.db', 'search.db-shm', 'search.db-wal'])
  for (const file of files) assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600, file)
})
