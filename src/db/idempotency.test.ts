import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../domain/errors.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createUnlimited } from '../runtime/limiter.ts'
import { openTestDatabase } from '../testing/database.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import type { Database } from './database.ts'
import { createIdempotency, type Idempotency, requestHash } from './idempotency.ts'
import { queryRows } from './query.ts'

const limiter = createUnlimited()
const anonymous = { kind: 'anonymous' } as const
const request = (key: string, hash = requestHash(['a'])) => ({
  principal: anonymous,
  clientAddress: '192.0.2.1',
  key,
  hash,
})

async function setUp(): Promise<{
  database: Database
  keys: Idempotency<{ n: number }>
  time: { ms: number }
}> {
  const database = await openTestDatabase(TEST_FILE)
  const time = { ms: Date.parse('2026-03-01T10:00:00Z') }
  const clock = { now: () => new Date(time.ms) }
  return {
    database,
    time,
    keys: createIdempotency({ database, schema: 'documents', clock, log: silentLogger, limiter }),
  }
}

test('the same request gets the stored result, and its work runs once', async () => {
  const { keys } = await setUp()
  let runs = 0
  const work = async () => ({ status: 201, result: { n: ++runs } })
  assert.equal(await keys.find(request('k')), undefined)
  assert.deepEqual(await keys.once(request('k'), work), { status: 201, result: { n: 1 }, repeated: false })
  assert.deepEqual(await keys.once(request('k'), work), { status: 201, result: { n: 1 }, repeated: true })
  assert.deepEqual(await keys.find(request('k')), { status: 201, result: { n: 1 } })
})

test('a key is refused for another request, but not for another principal', async () => {
  const { keys } = await setUp()
  const work = async () => ({ status: 201, result: { n: 1 } })
  await keys.once(request('k'), work)
  const other = request('k', requestHash(['b']))
  await assert.rejects(keys.once(other, work), (error) => isProblem(error, 'idempotency-key-reused'))
  await assert.rejects(keys.find(other), (error) => isProblem(error, 'idempotency-key-reused'))
  const user = { kind: 'user', id: 'u1', email: 'u@example.com', admin: false } as const
  assert.equal((await keys.once({ ...other, principal: user }, work)).repeated, false)
})

test('of concurrent duplicates one runs and the others wait for its result', async () => {
  const { keys } = await setUp()
  let runs = 0
  const results = await Promise.all(
    Array.from({ length: 12 }, () =>
      keys.once(request('k'), async () => ({ status: 201, result: { n: ++runs } })),
    ),
  )
  assert.equal(runs, 1)
  assert.deepEqual(new Set(results.map(({ result }) => result.n)), new Set([1]))
  assert.equal(results.filter(({ repeated }) => !repeated).length, 1)
})

test('an error of the work rolls it back and leaves the key free', async () => {
  const { keys, database } = await setUp()
  const failing = keys.once(request('k'), async (transaction) => {
    await queryRows(transaction, `INSERT INTO documents.views VALUES (gen_random_uuid(), 1, 1)`)
    throw new Error('no')
  })
  await assert.rejects(failing, /^Error: no$/)
  assert.deepEqual(await queryRows(database.pool, 'SELECT * FROM documents.views'), [])
  assert.equal((await keys.once(request('k'), async () => ({ status: 201, result: { n: 2 } }))).result.n, 2)
})

test('a key is free again after 24 hours, and old keys are removed', async () => {
  const { keys, database, time } = await setUp()
  const resultOf = (n: number) => async () => ({ status: 201, result: { n } })
  await keys.once(request('a'), resultOf(1))
  await keys.once(request('b'), resultOf(1))
  time.ms += 24 * 3_600_000
  assert.equal(await keys.find(request('a')), undefined)
  assert.deepEqual(await keys.once(request('a', requestHash(['b'])), resultOf(2)), {
    status: 201,
    result: { n: 2 },
    repeated: false,
  })
  await keys.stop()
  const rows = await queryRows<{ key: string }>(database.pool, 'SELECT key FROM documents.idempotency_keys')
  assert.deepEqual(rows, [{ key: 'a' }])
})

test('a stored result keeps the order of its fields', async () => {
  const database = await openTestDatabase(TEST_FILE)
  const clock = { now: () => new Date('2026-03-01T10:00:00Z') }
  const keys = createIdempotency<object>({
    database,
    schema: 'signatures',
    clock,
    log: silentLogger,
    limiter,
  })
  const result = { z: 1, longer: [{ b: 1, a: 2 }], a: 3 }
  await keys.once(request('k'), async () => ({ status: 201, result }))
  assert.equal(JSON.stringify((await keys.find(request('k')))!.result), JSON.stringify(result))
})
