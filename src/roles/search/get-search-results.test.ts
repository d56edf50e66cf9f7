import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleSearchDocument } from '../../testing/sample-documents.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const role = await startTestService({ roles: ['search'] }, TEST_FILE)
const contract = sampleSearchDocument({ title: 'Contract A', content: 'Signed & sealed.' })
const other = sampleSearchDocument({ title: 'Contract B', status: 'signed', created_by: 'bob@example.com' })
await role.index.index([contract, other])

test('the answer has the page, the total and the duration', async () => {
  const { status, body } = await role.query('/search', { q: 'sealed' })
  assert.equal(status, 200)
  const { took_ms, documents, ...rest } = body
  assert.deepEqual(rest, { total: 1, total_is_exact: true, from: 0, size: 10 })
  assert.ok(Number.isInteger(took_ms) && took_ms >= 0)
  const { score, ...hit } = documents[0]
  assert.ok(score > 0)
  assert.deepEqual(hit, {
    id: contract.id,
    title: 'Contract A',
    file_name: null,
    status: 'created',
    created_by: 'ada@example.com',
    content_type: 'text/plain',
    content_size: 12,
    created_at: contract.created_at.replace('.000Z', 'Z'),
    updated_at: contract.updated_at.replace('.000Z', 'Z'),
    version: 1,
    page: null,
    highlights: { content: ['Signed &amp; <em>sealed</em>.'] },
  })
})

test('filters, from and size select the page', async () => {
  const titles = async (query: Record<string, string>): Promise<string[]> => {
    const { status, body } = await role.query('/search', { q: 'contract', ...query })
    assert.equal(status, 200, JSON.stringify(body))
    return body.documents.map(({ title }: { title: string }) => title)
  }
  assert.deepEqual(await titles({}), ['Contract B', 'Contract A'])
  assert.deepEqual(await titles({ from: '1', size: '1' }), ['Contract A'])
  assert.deepEqual(await titles({ from: '10000' }), [])
  assert.deepEqual(await titles({ status: 'signed' }), ['Contract B'])
  assert.deepEqual(await titles({ created_by: 'ada@example.com' }), ['Contract A'])
  assert.deepEqual(await titles({ content_type: 'text/html' }), [])
  assert.deepEqual(await titles({ created_from: other.created_at }), ['Contract B'])
  assert.deepEqual(await titles({ created_to: other.created_at }), ['Contract A'])
})

test('a query of white space finds nothing', async () => {
  const { status, body } = await role.query('/search', { q: '  \t ' })
  assert.deepEqual([status, body.total, body.documents], [200, 0, []])
})

test('every word of a long query counts, and more than 200 are refused', async () => {
  const sealed = (count: number) =>
    ['sealed', ...Array.from({ length: count - 1 }, (_, n) => `-x${n}`)].join(' ')
  assert.equal((await role.query('/search', { q: sealed(150) })).body.total, 1)
  assert.equal((await role.query('/search', { q: `${sealed(150)} xylophone` })).body.total, 0)
  const long = Array.from({ length: 201 }, (_, n) => n.toString(36)).join(' ')
  for (const path of ['/search', '/aggregations/status']) {
    const { status, body } = await role.query(path, { q: long })
    assert.equal(status, 422)
    assert.deepEqual(body.errors, [{ field: 'query.q', detail: 'must have at most 200 words, not 201' }])
  }
})

test('operators select by words, titles and fields', async () => {
  const titles = async (q: string): Promise<string[]> =>
    (await role.query('/search', { q })).body.documents.map(({ title }: { title: string }) => title)
  assert.deepEqual(await titles('contract -sealed'), ['Contract B'])
  assert.deepEqual(await titles('-status:signed seal* OR created_by:bob@example.com'), ['Contract A'])
  const { body } = await role.query('/aggregations/created_by', { q: 'title:contr* status:signed' })
  assert.deepEqual(body.values, [{ key: 'bob@example.com', count: 1 }])
})

test('any query text is accepted', async () => {
  for (const q of [
    '"',
    "'",
    '\\',
    '\0',
    '\ud800',
    'a & | ! (',
    ':*',
    '%',
    '<em>',
    "';--",
    '"'.repeat(1_000),
  ]) {
    assert.equal((await role.query('/search', { q })).status, 200, JSON.stringify(q))
  }
})

test('errors name the parameter and the rule', async () => {
  const refused: [Record<string, string>, string, RegExp][] = [
    [{}, 'query.q', /required/],
    [{ q: '' }, 'query.q', /from 1 to 1000 characters/],
    [{ q: 'x'.repeat(1_001) }, 'query.q', /from 1 to 1000 characters/],
    [{ q: 'a', from: '-1' }, 'query.from', /from 0 to 10000/],
    [{ q: 'a', from: '10001' }, 'query.from', /from 0 to 10000/],
    [{ q: 'a', size: '0' }, 'query.size', /from 1 to 100/],
    [{ q: 'a', size: '101' }, 'query.size', /from 1 to 100/],
    [{ q: 'a', size: 'abc' }, 'query.size', /from 1 to 100/],
    [
      { q: 'a', status: 'bogus' },
      'query.status',
      /created, sent, viewed, signed, completed, archived, cancelled/,
    ],
    [{ q: 'a', created_from: 'yesterday' }, 'query.created_from', /ISO 8601/],
  ]
  for (const [query, field, detail] of refused) {
    const { status, body } = await role.query('/search', query)
    assert.equal(status, 422, JSON.stringify(query).slice(0, 100))
    assert.equal(body.errors[0].field, field)
    assert.match(body.errors[0].detail, detail)
  }
})

test('a filter can be given several times, all else once', async () => {
  const total = async (path: string): Promise<unknown> => (await role.get(path)).body.total
  assert.equal(await total('/search?q=contract&status=created&status=signed'), 2)
  assert.equal(await total('/search?q=contract&status=created&status=signed&created_by=BOB@example.com'), 1)
  assert.equal(await total('/search?q=contract&status=archived&status=signed'), 1)
  const { body } = await role.get('/aggregations/status?status=created&status=signed')
  assert.equal(body.values.length, 2)
  for (const name of ['q', 'from', 'size', 'created_from', 'created_to']) {
    const refused = await role.get(`/search?q=a&${name}=1&${name}=1`)
    assert.equal(refused.status, 422, name)
    assert.deepEqual(refused.body.errors, [{ field: `query.${name}`, detail: 'must be given once' }])
  }
})

test('times may have any offset', async () => {
  const plusFive = other.created_at.replace('T00:', 'T05:').replace('.000Z', '+05:00')
  const expected: [string, number][] = [
    [plusFive, 1],
    ['0001-01-01T00:00:00Z', 2],
    ['9999-12-31T23:59:59.9Z', 0],
  ]
  for (const [created_from, total] of expected) {
    const { status, body } = await role.query('/search', { q: 'contract', created_from })
    assert.deepEqual([status, body.total], [200, total], created_from)
  }
})
