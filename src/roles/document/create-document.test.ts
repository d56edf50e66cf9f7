import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryRows } from '../../db/query.ts'
import { contentLeftovers } from '../../testing/content-leftovers.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { problemFields, startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document'], overrides: { texts: false } }, TEST_FILE)

const fields = { title: 'Contract A', content: 'Hello, world', created_by: 'ada@example.com' }
const post = (body: unknown, headers?: Record<string, string>) =>
  service.send('POST', '/documents', body, headers)
const leftovers = () => contentLeftovers(service)

test('the same request under the same key is answered with the same document', async () => {
  const headers = { 'idempotency-key': 'order-1' }
  const [first, ...others] = await Promise.all(Array.from({ length: 6 }, () => post(fields, headers)))
  for (const response of others) {
    assert.equal(response.status, 201)
    assert.deepEqual(response.body, first!.body)
    assert.equal(response.headers.get('location'), first!.headers.get('location'))
  }
  const replays = [first!, ...others].filter(({ headers }) => headers.get('idempotency-replayed') === 'true')
  assert.equal(replays.length, 5)
  assert.deepEqual(await leftovers(), [])
})

test('another request under the same key is refused, in every form', async () => {
  const headers = { 'idempotency-key': 'order-2' }
  const named = { ...fields, file_name: 'deed.txt' }
  assert.equal((await post(named, headers)).status, 201)
  const other = await post({ ...named, content: 'Other' }, headers)
  assert.equal(other.status, 422)
  assert.deepEqual(await problemFields(other), ['header.idempotency-key'])
  const form = new FormData()
  form.append('file', new Blob(['Hello, world'], { type: 'text/plain' }), 'deed.txt')
  form.append('title', 'Contract A')
  form.append('created_by', 'ada@example.com')
  const same = await post(form, headers)
  assert.deepEqual([same.status, same.headers.get('idempotency-replayed')], [201, 'true'])
  for (const key of ['', 'with blank', 'k'.repeat(256)]) {
    assert.equal((await post(fields, { 'idempotency-key': key })).status, 422, key)
  }
  assert.deepEqual(await leftovers(), [])
})

test('a failed insert leaves no object', async () => {
  await queryRows(
    service.database.pool,
    `ALTER TABLE documents.documents ADD CONSTRAINT no CHECK (title <> 'Refused')`,
  )
  assert.equal((await post({ ...fields, title: 'Refused' })).status, 500)
  assert.deepEqual(await leftovers(), [])
})
