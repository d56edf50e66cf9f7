import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestDatabase } from '../testing/database.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { connectDatabase } from './connect.ts'
import { queryRows } from './query.ts'

test('statements with parameters are prepared once per connection, with the option `prepare`', async (t) => {
  const { direct } = await openTestDatabase(TEST_FILE)
  for (const prepare of [true, false]) {
    const { pool } = connectDatabase(direct, {
      size: 1,
      waitMs: 5_000,
      statementMs: 5_000,
      prepare,
      onError: () => {},
    })
    t.after(() => pool.end())
    for (const value of ['a', 'b']) {
      assert.deepEqual((await pool.query('SELECT $1::text AS text', [value])).rows, [{ text: value }])
      const config = { text: 'SELECT $1::int AS number', values: [value.length] }
      assert.deepEqual((await pool.query(config)).rows, [{ number: 1 }])
    }
    assert.deepEqual(await queryRows(pool, 'SELECT true AS is_named'), [{ is_named: true }])
    await pool.query('BEGIN; SELECT 1; COMMIT')
    const { rows } = await pool.query<{ statement: string }>(
      'SELECT statement FROM pg_prepared_statements ORDER BY statement',
    )
    const statements = rows.map(({ statement }) => statement)
    assert.deepEqual(
      statements,
      prepare ? ['SELECT $1::int AS number', 'SELECT $1::text AS text', 'SELECT true AS is_named'] : [],
    )
  }
})

test('a failed prepared statement can be executed again', async (t) => {
  const { direct } = await openTestDatabase(TEST_FILE)
  const { pool } = connectDatabase(direct, {
    size: 1,
    waitMs: 5_000,
    statementMs: 5_000,
    prepare: true,
    onError: () => {},
  })
  t.after(() => pool.end())
  await assert.rejects(pool.query('SELECT 1 / $1::int AS part', [0]), /division by zero/)
  await assert.rejects(pool.query('SELECT nothing FROM nowhere WHERE a = $1', [0]), /nowhere/)
  assert.deepEqual((await pool.query('SELECT 1 / $1::int AS part', [1])).rows, [{ part: 1 }])
})
