import assert from 'node:assert/strict'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DatabaseSync } from '@photostructure/sqlite'
import { isProblem } from '../../../domain/errors.ts'
import { silentLogger } from '../../../runtime/logger.ts'
import { isTransient } from '../../../runtime/translate-error.ts'
import { sampleSearchDocument as sample } from '../../../testing/sample-documents.ts'
import { newIndexFolder } from '../../../testing/search-index.ts'
import { startedThreads } from '../../../testing/started-threads.ts'
import { openSearch } from '../open.ts'
import { translateSqliteError } from './errors.ts'

/** Number, SQLite's message, and what it is: https://sqlite.org/rescode.html. */
const CASES: [code: number, message: string, isTransient: boolean][] = [
  [1, 'no such table: documents', true],
  [1, 'cannot start a transaction within a transaction', true],
  [1, 'fts5: syntax error near ""', false],
  [1, 'Expression tree is too large (maximum depth 1000)', false],
  [3, 'access permission denied', true],
  [5, 'database is locked', true],
  [261, 'database is locked', true],
  [6, 'database table is locked', true],
  [7, 'out of memory', true],
  [8, 'attempt to write a readonly database', true],
  [1032, 'attempt to write a readonly database', true],
  [778, 'disk I/O error', true],
  [267, 'database disk image is malformed', true],
  [13, 'database or disk is full', true],
  [14, 'unable to open database file', true],
  [15, 'locking protocol', true],
  [17, 'database schema has changed', true],
  [18, 'string or blob too big', false],
  [1555, 'UNIQUE constraint failed: documents.id', false],
  [20, 'datatype mismatch', false],
  [21, 'bad parameter or other API misuse', true],
  [26, 'file is not a database', true],
  [99, 'a code of a later version', true],
]

test('an error of SQLite blames the document or query only where its code says so', () => {
  for (const [sqliteCode, message, expected] of CASES) {
    const translated = translateSqliteError(Object.assign(new Error(message), { sqliteCode }))
    assert.equal(isTransient(translated), expected, `${sqliteCode} ${message}`)
  }
  assert.ok(isTransient(translateSqliteError(new RangeError('Array buffer allocation failed'))))
  assert.ok(!isTransient(translateSqliteError(new RangeError('Invalid string length'))))
})

test('codes cross the border of threads, and threads that cannot be started again are unavailable', async (t) => {
  const folder = await newIndexFolder(t)
  const threads = startedThreads(t)
  const index = await openSearch('sqlite:', { folder, log: silentLogger })
  t.after(() => index.stop())
  const add = () => index.index([sample({ title: 'Contract' })])
  await add()

  const file = new DatabaseSync(join(folder, 'search.db'))
  file.exec('alter table documents rename to moved')
  await assert.rejects(add(), (error: unknown) => isProblem(error, 'unavailable'))
  file.exec('alter table moved rename to documents')
  file.close()
  await add()

  const away = `${folder}-away`
  await rename(folder, away)
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()))
  await assert.rejects(add(), (error: unknown) => isProblem(error, 'unavailable'))
  await rename(away, folder)
  await add()
})
