import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryRows } from '../../db/query.ts'
import type { Document } from '../../domain/document-fields.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { type Answer, problemFields, startTestService } from '../../testing/test-service.ts'
import { listStatement, type ListQuery } from './list-statement.ts'

const service = await startTestService({ roles: ['document'] }, TEST_FILE)
const list = (query = '') => service.get(`/documents${query}`)
assert.deepEqual((await list()).body, [])
const created: Document[] = []
for (let n = 0; n < 7; n++) {
  const title = `Title ${'cabegfd'[n]} 10%_${n}`
  const created_by = n % 2 === 0 ? 'ada@example.com' : 'bob@example.com'
  created.push(await service.create({ title, created_by, content_type: n < 5 ? 'text/plain' : 'text/html' }))
}
await service.request('PATCH', `/documents/${created[3]!.id}`, { status: 'sent' })

const idsOf = (documents: Document[]): string[] => documents.map(({ id }) => id)
const ids = async (query: string): Promise<string[]> => {
  const { status, body } = await list(query)
  assert.equal(status, 200, query)
  return idsOf(body)
}
const newestFirst = (): string[] => created.map(({ id }) => id).reverse()
const pick = (...numbers: number[]): string[] => numbers.map((n) => created[n]!.id)

/** All pages, following the links. */
async function follow(query: string): Promise<string[][]> {
  const pages: string[][] = []
  let path: string | undefined = `/documents${query}`
  while (path !== undefined) {
    const { status, body, headers }: Answer = await service.get(path)
    assert.equal(status, 200)
    pages.push(idsOf(body))
    path = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
  }
  return pages
}

test('lists the newest first, with skip and limit as the original reads them', async () => {
  assert.deepEqual(await ids(''), newestFirst())
  assert.deepEqual(await ids('?limit=2'), newestFirst().slice(0, 2))
  assert.deepEqual(await ids('?skip=3&limit=2'), newestFirst().slice(3, 5))
  assert.deepEqual(await ids('?skip=100'), [])
  assert.deepEqual(await ids('?limit=0'), [])
  assert.deepEqual(await ids('?limit=2.0'), newestFirst().slice(0, 2))
  assert.deepEqual(await ids('?limit=%2B2'), newestFirst().slice(0, 2))
})

test('pages by cursor are complete and without repeats, in every order', async () => {
  assert.deepEqual(await follow('?limit=3'), [
    newestFirst().slice(0, 3),
    newestFirst().slice(3, 6),
    newestFirst().slice(6),
  ])
  assert.deepEqual((await follow('?limit=7')).length, 1)
  assert.deepEqual((await follow('?limit=2&sort=created_at')).flat(), newestFirst().reverse())
  assert.deepEqual((await follow('?limit=2&sort=title')).flat(), pick(1, 2, 0, 6, 3, 5, 4))
  assert.deepEqual((await follow('?limit=2&sort=-title')).flat(), pick(4, 5, 3, 6, 0, 2, 1))
  assert.deepEqual((await follow('?limit=2&sort=-updated_at')).flat(), pick(3, 6, 5, 4, 2, 1, 0))
  assert.deepEqual((await follow('?limit=1&created_by=bob@example.com')).flat(), pick(5, 3, 1))
})

test('new documents do not shift the pages of a cursor', async () => {
  const response = await list('?limit=2&title=Title')
  const next = /^<([^>]+)>/.exec(response.headers.get('link')!)![1]!
  const late = await service.create({ title: 'Title late' })
  assert.deepEqual(idsOf((await service.get(next)).body), newestFirst().slice(2, 4))
  await service.request('DELETE', `/documents/${late.id}`)
})

test('filters by status, owner, type, time and a part of the title', async () => {
  assert.deepEqual(await ids('?status=sent'), pick(3))
  for (const address of ['bob@example.com', 'BOB@Example.com'])
    assert.deepEqual(await ids(`?created_by=${address}`), pick(5, 3, 1))
  assert.deepEqual(await ids('?content_type=text/html'), pick(6, 5))
  assert.deepEqual(await ids(`?created_from=${created[5]!.created_at}`), pick(6, 5))
  assert.deepEqual(await ids(`?created_to=${created[1]!.created_at}`), pick(0))
  assert.deepEqual(await ids(`?created_from=${encodeURIComponent('2999-01-01T00:00:00+02:00')}`), [])
  assert.deepEqual(await ids('?title=TITLE+C'), pick(0))
  assert.deepEqual(await ids(`?title=${encodeURIComponent('10%_5')}`), pick(5))
  assert.deepEqual(await ids(`?title=${encodeURIComponent('1%5')}`), [])
  assert.deepEqual(await ids('?created_by=bob@example.com&status=sent&content_type=text/plain'), pick(3))
})

test('a filter that is given several times finds the documents with any of its values', async () => {
  await service.request('PATCH', `/documents/${created[4]!.id}`, { status: 'cancelled' })
  assert.deepEqual(await ids('?status=sent&status=cancelled'), pick(4, 3))
  assert.deepEqual(await ids('?status=sent&status=sent'), pick(3))
  assert.deepEqual(await ids('?status=signed&status=archived'), [])
  assert.deepEqual(await ids('?created_by=BOB@example.com&created_by=nobody@example.com'), pick(5, 3, 1))
  assert.deepEqual(await ids('?created_by=bob@example.com&created_by=Ada@Example.com'), newestFirst())
  assert.deepEqual(await ids('?content_type=text/html&content_type=text/plain'), newestFirst())
  assert.deepEqual(await ids(`?title=TITLE+C&title=${encodeURIComponent('10%_5')}`), pick(5, 0))
  assert.deepEqual(await ids('?status=sent&status=cancelled&created_by=bob@example.com'), pick(3))
  assert.deepEqual((await follow('?limit=1&status=sent&status=cancelled')).flat(), pick(4, 3))
  const link = (await list('?limit=1&status=sent&status=cancelled')).headers.get('link')!
  const cursor = /cursor=([\w-]+)/.exec(link)![1]!
  assert.deepEqual(await ids(`?status=cancelled&status=sent&status=sent&cursor=${cursor}`), pick(3))
  for (const other of ['status=sent', 'status=cancelled', 'status=sent&status=cancelled&status=signed'])
    assert.deepEqual(await problemFields(await list(`?${other}&cursor=${cursor}`)), ['query.cursor'], other)
})

test('a parameter of which only one value can count is refused when it is given twice', async () => {
  for (const name of ['limit', 'skip', 'sort', 'cursor', 'created_from', 'created_to']) {
    const response = await list(`?${name}=1&${name}=1`)
    assert.equal(response.status, 422, name)
    assert.deepEqual(response.body.errors, [{ field: `query.${name}`, detail: 'must be given once' }])
  }
  assert.deepEqual(await problemFields(await list('?limit=1&limit=2&skip=0&skip=0')), [
    'query.limit',
    'query.skip',
  ])
  assert.deepEqual(await problemFields(await list('?status=sent&status=unknown&status=other')), [
    'query.status',
  ])
  const many = await list(`?${'title=x&'.repeat(51)}`)
  assert.match(JSON.stringify(many.body), /query\.title: can be given at most 50 times/)
})

test('an invalid value is 422 and named', async () => {
  const cases: [string, string][] = [
    ['limit=201', 'query.limit'],
    ['limit=-1', 'query.limit'],
    ['limit=abc', 'query.limit'],
    ['limit=1.5', 'query.limit'],
    ['limit=', 'query.limit'],
    ['limit=1000000000000000000000000000000', 'query.limit'],
    ['skip=-1', 'query.skip'],
    ['skip=10001', 'query.skip'],
    ['status=unknown', 'query.status'],
    ['statuss=signed', 'query.statuss'],
    ['sort=size', 'query.sort'],
    ['title=', 'query.title'],
    ['title=%00', 'query.title'],
    ['created_by=%00', 'query.created_by'],
    ['created_from=yesterday', 'query.created_from'],
    ['created_from=0000-01-01T00:00:00Z', 'query.created_from'],
    ['created_to=2026-01-01T00:00:00%2B23:00', 'query.created_to'],
    ['cursor=nonsense', 'query.cursor'],
    ['cursor=', 'query.cursor'],
  ]
  for (const [query, field] of cases) {
    const response = await list(`?${query}`)
    assert.equal(response.status, 422, query)
    assert.deepEqual(await problemFields(response), [field])
  }
  assert.match(JSON.stringify((await list('?limit=500')).body), /from 0 to 200/)
  assert.match(JSON.stringify((await list('?skip=20000')).body), /cursor/)
})

test('a cursor is valid for its own list only', async () => {
  const link = (await list('?limit=2')).headers.get('link')!
  const cursor = /cursor=([\w-]+)/.exec(link)![1]!
  assert.equal((await list(`?limit=5&cursor=${cursor}`)).status, 200)
  for (const query of [`sort=title&cursor=${cursor}`, `status=sent&cursor=${cursor}`, `cursor=${cursor}x`]) {
    assert.deepEqual(await problemFields(await list(`?${query}`)), ['query.cursor'], query)
  }
  assert.deepEqual(await problemFields(await list(`?skip=1&cursor=${cursor}`)), ['query.skip'])
})

test('with total=true the headers tell how many there are, on every page', async () => {
  const totalOf = async (query: string): Promise<unknown[]> => {
    const { status, headers } = await list(query)
    return [status, headers.get('x-total-count'), headers.get('x-total-is-exact')]
  }
  assert.deepEqual(await totalOf('?limit=2'), [200, null, null])
  assert.deepEqual(await totalOf('?total=false'), [200, null, null])
  assert.deepEqual(await totalOf('?limit=2&total=true'), [200, '7', 'true'])
  assert.deepEqual(await totalOf('?limit=0&total=true'), [200, '7', 'true'])
  assert.deepEqual(await totalOf('?skip=6&total=true'), [200, '7', 'true'])
  assert.deepEqual(await totalOf('?limit=1&total=true&created_by=bob@example.com'), [200, '3', 'true'])
  assert.deepEqual(await totalOf('?total=true&status=completed'), [200, '0', 'true'])
  const link = (await list('?limit=2&total=true')).headers.get('link')!
  const next = await service.get(/^<([^>]+)>/.exec(link)![1]!)
  assert.deepEqual(next.headers.get('x-total-count'), '7')
  assert.deepEqual(await problemFields(await list('?total=yes')), ['query.total'])
})

test('every order reads its index from the cursor on, without a sort', async () => {
  const { pool } = service.database
  await queryRows(
    pool,
    `INSERT INTO documents.documents (id, title, content_size, created_by, created_at)
     SELECT gen_random_uuid(), 'bulk ' || n, 0, 'bulk@example.com', '2020-01-01Z'::timestamptz + n * interval '1 s'
     FROM generate_series(1, 5000) n`,
  )
  await queryRows(pool, 'ANALYZE documents.documents')
  const after = { key: '2020-01-01T01:00:00Z', id: created[0]!.id }
  const byTitle = { key: 'bulk 3', id: created[0]!.id }
  const base: ListQuery = {
    filters: {},
    sort: { key: 'created_at', descending: true },
    skip: 0,
    limit: 20,
    after,
  }
  const cases: [ListQuery, string][] = [
    [base, 'documents_created_at_id'],
    [{ ...base, after: undefined }, 'documents_created_at_id'],
    [{ ...base, filters: { status: 'created' } }, 'documents_(status_)?created_at'],
    [{ ...base, filters: { created_by: 'ada@example.com' } }, 'documents_created_by_created_at'],
    [{ ...base, sort: { key: 'created_at', descending: false } }, 'documents_created_at_id'],
    [{ ...base, sort: { key: 'updated_at', descending: true } }, 'documents_updated_at_id'],
    [{ ...base, sort: { key: 'title', descending: false }, after: byTitle }, 'documents_title_id'],
  ]
  for (const [query, index] of cases) {
    const { text, values } = listStatement(query)
    const rows = await queryRows<{ 'QUERY PLAN': string }>(pool, `EXPLAIN ${text}`, values)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    assert.match(plan, new RegExp(`Index Scan (Backward )?using ${index}`))
    assert.doesNotMatch(plan, /Sort|Seq Scan/)
  }
})

/** Rows without histories and roles, as a restore inserts them. */
const FAST = `set_config('docmgr.restoring', 'on', true)`

test('filters that select little read little, in every order', async () => {
  const { pool } = service.database
  await queryRows(
    pool,
    `INSERT INTO documents.documents (id, title, file_name, content_type, content_size, created_by, text_language)
     SELECT gen_random_uuid(), 'shelf ' || md5(n::text), n || '.txt', 'text/plain', 0,
       CASE WHEN n % 2 = 0 THEN 'bulk@example.com' ELSE 'few' || n % 997 || '@example.com' END, 'en'
     FROM generate_series(1, 20000) n, ${FAST}`,
  )
  await queryRows(pool, 'ANALYZE documents.documents')
  const filters: [Record<string, string>, string][] = [
    [{ title: 'Kingfisher' }, 'documents_trigrams'],
    [{ title: 'a_b%c' }, 'documents_trigrams'],
    [{ file_name: '19999.t' }, 'documents_trigrams'],
    [{ content_type: 'image/x-rare' }, 'documents_content_type_created_at'],
    [{ language: 'fi' }, 'documents_text_language_created_at'],
    [{ created_by: 'Few7@example.com' }, 'documents_created_by_(created|updated)_at'],
  ]
  for (const [some, index] of filters) {
    for (const key of ['created_at', 'updated_at', 'title'] as const) {
      const sort = { key, descending: key !== 'title' }
      const { text, values } = listStatement({ filters: some, sort, skip: 0, limit: 101, after: undefined })
      const rows = await queryRows<{ 'QUERY PLAN': string }>(pool, `EXPLAIN ${text}`, values)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      assert.match(plan, new RegExp(`Index Scan (Backward )?(using|on) ${index}`), plan)
      if ('created_by' in some && key === 'updated_at') assert.doesNotMatch(plan, /Sort/, plan)
    }
  }
})

test('a total is counted up to 10,000', async () => {
  const { pool } = service.database
  await queryRows(
    pool,
    `INSERT INTO documents.documents (id, title, content_size, created_by, status)
     SELECT gen_random_uuid(), 'many ' || n, 0, 'many@example.com', CASE WHEN n = 1 THEN 'sent' ELSE 'created' END
     FROM generate_series(1, 10001) n, ${FAST}`,
  )
  for (const [query, exact] of [
    ['created_by=many@example.com', 'false'],
    ['created_by=many@example.com&status=created', 'true'],
  ] as const) {
    const { headers } = await list(`?${query}&total=true&limit=1`)
    assert.deepEqual([headers.get('x-total-count'), headers.get('x-total-is-exact')], ['10000', exact])
  }
})

test('an owner is found by either form of a domain', async () => {
  const { id, created_by } = await service.create({ created_by: 'ada@XN--BCHER-KVA.example' })
  assert.equal(created_by, 'ada@bücher.example')
  for (const address of ['ada@bücher.example', 'Ada@xn--bcher-kva.example'])
    assert.deepEqual(await ids(`?created_by=${encodeURIComponent(address)}`), [id])
  await service.request('DELETE', `/documents/${id}`)
})
