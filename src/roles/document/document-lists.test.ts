import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectDatabase } from '../../db/connect.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { createDocumentLists } from './document-lists.ts'
import type { ListQuery } from './list-statement.ts'

const EVERYTHING: ListQuery = {
  filters: {},
  sort: { key: 'created_at', descending: true },
  skip: 0,
  limit: 21,
  after: undefined,
}

test('a list with a filter is planned for its value, however often it is asked for', async (t) => {
  const { direct } = await openTestDatabase(TEST_FILE)
  const one = { size: 1, waitMs: 5_000, statementMs: 5_000, prepare: true, onError: () => {} }
  const { pool } = connectDatabase(direct, one)
  t.after(() => pool.end())
  // What is prepared gets a plan without values from the sixth call on.
  const lists = createDocumentLists(pool)
  const query = { ...EVERYTHING, filters: { content_type: 'image/none' } }
  for (let n = 0; n < 8; n++) {
    await lists.list(EVERYTHING, 'all')
    for (const skip of [0, 20]) await lists.list({ ...query, skip }, 'all')
    await lists.list(query, ['email:ada@example.com'])
    await lists.count(query.filters, 'all')
  }
  const { rows: prepared } = await pool.query<{ statement: string; generic_plans: number }>(
    `SELECT statement, generic_plans::int FROM pg_prepared_statements WHERE statement LIKE '%FROM documents.documents WHERE%'`,
  )
  assert.deepEqual(
    prepared.map(({ statement }) => /content_type/.test(statement.split('WHERE')[1]!)),
    [false],
  )
  assert.ok(prepared[0]!.generic_plans > 0, 'a list of all documents is planned once')
})
