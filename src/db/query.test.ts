import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../domain/errors.ts'
import { openTestDatabase } from '../testing/database.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { inTransaction, queryRows, sqlState } from './query.ts'

test('rows have the types of the tables in schema.ts', async () => {
  const { pool } = await openTestDatabase(TEST_FILE)
  const [row] = await queryRows(
    pool,
    `SELECT $1::uuid AS id, 9007199254740991::bigint AS big, 7::int AS small, true AS yes, NULL::text AS nothing,
       '{"a": [1]}'::jsonb AS json, '2026-03-01 12:00:00.5+02'::timestamptz AS time, '2026-03-01Z'::timestamptz AS midnight`,
    ['019aa1b2-0000-7000-8000-000000000001'],
  )
  assert.deepEqual(row, {
    id: '019aa1b2-0000-7000-8000-000000000001',
    big: 9007199254740991,
    small: 7,
    yes: true,
    nothing: null,
    json: { a: [1] },
    time: '2026-03-01T10:00:00.500000Z',
    midnight: '2026-03-01T00:00:00Z',
  })
})

test('a transaction commits when its work resolves and rolls back when it rejects', async () => {
  const { pool } = await openTestDatabase(TEST_FILE)
  const add = `INSERT INTO documents.views VALUES (gen_random_uuid(), 1, 1)`
  assert.equal(await inTransaction(pool, async (client) => (await queryRows(client, add), 'done')), 'done')
  const failing = inTransaction(pool, async (client) => {
    await queryRows(client, add)
    throw new Error('no')
  })
  await assert.rejects(failing, /^Error: no$/)
  assert.equal((await queryRows(pool, 'SELECT 1 FROM documents.views')).length, 1)
})

test('an error of a statement keeps its SQLSTATE and leaves the connection usable', async () => {
  const { pool } = await openTestDatabase(TEST_FILE)
  const failing = inTransaction(pool, (client) => queryRows(client, 'SELECT 1 / 0'))
  await assert.rejects(failing, (error) => sqlState(error) === '22012')
  assert.equal((await queryRows(pool, 'SELECT 1 AS one'))[0]!['one'], 1)
})

test('a database that cannot be reached, or is lost, is unavailable', async () => {
  const database = await openTestDatabase(TEST_FILE)
  const unavailable = (error: unknown): boolean => isProblem(error, 'unavailable')
  const cut = inTransaction(database.pool, (client) =>
    queryRows(client, 'SELECT pg_terminate_backend(pg_backend_pid())'),
  )
  await assert.rejects(cut, unavailable)
  assert.equal((await queryRows(database.pool, 'SELECT 1 AS one'))[0]!['one'], 1)
  await database.stop()
  await assert.rejects(queryRows(database.pool, 'SELECT 1'), unavailable)
  await assert.rejects(
    inTransaction(database.pool, async () => {}),
    unavailable,
  )
})
