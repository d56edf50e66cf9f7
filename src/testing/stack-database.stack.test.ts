import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStackDatabase } from './stack-database.ts'

test('a migrated database of its own is reached through PgBouncer', async (t) => {
  const { database, name } = await openStackDatabase(t)
  const { rows } = await database.pool.query(
    'select current_database() as name, count(*)::int as count from documents.documents',
  )
  assert.deepEqual(rows, [{ name, count: 0 }])
})
