import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleSearchDocument } from '../../testing/sample-documents.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const role = await startTestService({ roles: ['search'] }, TEST_FILE)
await role.index.index([
  sampleSearchDocument({ title: 'Contract' }),
  sampleSearchDocument({ title: 'Contract', status: 'signed' }),
  sampleSearchDocument({ title: 'Invoice' }),
])

test('values are counted, the most frequent first', async () => {
  const { status, body } = await role.query('/aggregations/status')
  assert.equal(status, 200)
  assert.deepEqual(body, {
    field: 'status',
    values: [
      { key: 'created', count: 2 },
      { key: 'signed', count: 1 },
    ],
  })
  const { body: authors } = await role.query('/aggregations/created_by')
  assert.deepEqual(authors.values, [{ key: 'ada@example.com', count: 3 }])
})

test('a query and filters narrow what is counted; an empty query is ignored', async () => {
  const values = async (query: Record<string, string>) =>
    (await role.query('/aggregations/content_type', query)).body.values
  assert.deepEqual(await values({ q: 'contract' }), [{ key: 'text/plain', count: 2 }])
  assert.deepEqual(await values({ q: 'contract', status: 'signed' }), [{ key: 'text/plain', count: 1 }])
  assert.deepEqual(await values({ q: '' }), [{ key: 'text/plain', count: 3 }])
  assert.deepEqual(await values({ q: ' ' }), [])
})

test('a field that is no facet is refused with the facets', async () => {
  const { status, body } = await role.query('/aggregations/title')
  assert.equal(status, 422)
  assert.match(body.errors[0].detail, /content_type, status, created_by, language/)
})
