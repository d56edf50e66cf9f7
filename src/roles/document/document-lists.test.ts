import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectDatabase } from '../../db/connect.ts'
import { queryRows } from '../../db/query.ts'
import type { Reach } from '../../domain/access.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { createDocumentLists } from './document-lists.ts'
import { type ListQuery, listStatement } from './list-statement.ts'

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

/** As `listStatement` writes it for few subjects. */
const OF_SUBJECTS = '%FROM documents.access) AS granted%LATERAL (SELECT *%'

test('a list of what one or two subjects may read is planned once, also in a new table without statistics', async (t) => {
  const { direct } = await openTestDatabase(TEST_FILE)
  const one = { size: 1, waitMs: 5_000, statementMs: 5_000, prepare: true, onError: () => {} }
  const { pool } = connectDatabase(direct, one)
  t.after(() => pool.end())
  const lists = createDocumentLists(pool)
  for (let n = 0; n < 8; n++)
    for (const subjects of [['email:ada@example.com'], ['email:ada@example.com', 'group:legal']])
      await lists.list(EVERYTHING, subjects)
  const { rows } = await pool.query<{ generic_plans: number }>(
    `SELECT generic_plans::int FROM pg_prepared_statements WHERE statement LIKE $1`,
    [OF_SUBJECTS],
  )
  assert.equal(rows.length, 2)
  for (const { generic_plans } of rows) assert.ok(generic_plans > 0)
})

test('a list is the same by which subjects its documents are read, and has each document once', async () => {
  const { pool } = await openTestDatabase(TEST_FILE)
  const subjects = ['email:lists@example.com', 'group:lists', 'person:lists']
  await pool.query(
    `INSERT INTO documents.documents (id, title, content_size, created_by, created_at)
     SELECT gen_random_uuid(), 'list ' || n, 0, 'other@example.com', '2026-01-01'::timestamptz + n / 3 * interval '1 second'
       FROM generate_series(1, 60) n`,
  )
  await pool.query(
    `INSERT INTO documents.access (document_id, principal, role, created_at, granted_by)
     SELECT id, subject, 'reader', created_at, 'test'
       FROM documents.documents, unnest($1::text[]) WITH ORDINALITY AS subjects (subject, number)
      WHERE title LIKE 'list %' AND substr(title, 6)::int % (number + 1) = 0`,
    [subjects],
  )
  await pool.query(`UPDATE documents.documents SET deleted_at = now() WHERE title = 'list 12'`)
  const expected = Array.from({ length: 60 }, (_, n) => n + 1)
    .filter((n) => n !== 12 && [2, 3, 4].some((divisor) => n % divisor === 0))
    .map((n) => `list ${n}`)
  const lists = createDocumentLists(pool)
  /** More than have a parameter each. */
  const many = [...subjects, 'group:a', 'group:b', 'group:c']
  for (const descending of [true, false]) {
    const sort = { key: 'created_at', descending } as const
    const read = async (names: string[], page: Partial<ListQuery>) => {
      const rows = await lists.list({ ...EVERYTHING, sort, ...page }, names)
      return rows.map(({ id, key, json }) => ({
        id,
        key,
        title: (JSON.parse(json) as { title: string }).title,
      }))
    }
    const all = await read(many, { limit: 201 })
    assert.deepEqual(all.map(({ title }) => title).toSorted(), expected.toSorted())
    assert.deepEqual(await read(subjects, { limit: 201 }), all)
    for (const page of [{ limit: 7 }, { skip: 5, limit: 7 }, { after: all[9]!, limit: 21 }])
      assert.deepEqual(await read(subjects, page), await read(many, page), JSON.stringify(page))
    assert.deepEqual(await read(subjects, { after: all[9]!, limit: 201 }), all.slice(10))
  }
})

const MANY = 12_000
const READABLE = 30
const ROUNDS = 60

test('the first page of who may read 30 of many documents reads these only, and costs at most twice that of all', async (t) => {
  const { direct } = await openTestDatabase(TEST_FILE)
  const one = { size: 1, waitMs: 5_000, statementMs: 30_000, prepare: true, onError: () => {} }
  const { pool } = connectDatabase(direct, one)
  t.after(() => pool.end())
  await pool.query(
    `INSERT INTO documents.documents (id, title, content_size, created_by, created_at)
     SELECT gen_random_uuid(), 'bulk ' || n, 0,
            CASE WHEN n % ${MANY / READABLE} = 0 THEN 'few@example.com' ELSE 'bulk@example.com' END,
            '2025-01-01'::timestamptz + n * interval '1 second'
       FROM generate_series(1, ${MANY}) n, set_config('docmgr.restoring', 'on', true)`,
  )
  await pool.query(
    `INSERT INTO documents.access (document_id, principal, role, created_at, granted_by)
     SELECT id, 'email:' || created_by, 'owner', created_at, 'test' FROM documents.documents WHERE title LIKE 'bulk %'`,
  )
  await pool.query('ANALYZE documents.documents, documents.access')
  const few: Reach = ['email:few@example.com', 'person:few']
  const { text, values } = listStatement(EVERYTHING, { names: few, haveMany: false })
  const [row] = await queryRows<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    pool,
    `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
    values,
  )
  const { Plan: plan } = row!['QUERY PLAN'][0]
  for (const node of nodesOf(plan)) {
    const read = node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0))
    assert.ok(read <= EVERYTHING.limit, `${node['Node Type']} reads ${read} rows`)
  }

  // In turns, and of each the best, so that the ratio is that of the work and not of what else the machine does.
  const lists = createDocumentLists(pool)
  const kinds: Reach[] = ['all', few]
  const best = kinds.map(() => Infinity)
  for (let n = 0; n < ROUNDS; n++)
    for (const [kind, reach] of kinds.entries()) {
      const begun = performance.now()
      assert.equal((await lists.list(EVERYTHING, reach)).length, EVERYTHING.limit)
      best[kind] = Math.min(best[kind]!, performance.now() - begun)
    }
  const ratio = best[1]! / best[0]!
  t.diagnostic(`${best.map((millis) => millis.toFixed(3)).join(' and ')} ms`)
  assert.ok(ratio <= 2, `${ratio.toFixed(2)} times that of all documents`)
})

/** A part of what EXPLAIN says in JSON (https://www.postgresql.org/docs/15/using-explain.html). */
interface PlanNode {
  'Node Type': string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: PlanNode[]
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]
