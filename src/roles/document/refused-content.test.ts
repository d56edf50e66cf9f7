import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { contentLeftovers } from '../../testing/content-leftovers.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { problemFields, startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document'], overrides: { texts: false } }, TEST_FILE)
const fields = { title: 'Contract A', content: 'Hello, world', created_by: 'ada@example.com' }
const leftovers = () => contentLeftovers(service)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test('an empty content is refused however it is sent, and stores nothing', async () => {
  const query = '/documents?title=Empty&created_by=ada@example.com'
  const raw = (body: Buffer, headers: Record<string, string>) => service.request('POST', query, body, headers)
  const form = new FormData()
  form.set('title', 'Empty')
  form.set('created_by', 'ada@example.com')
  form.set('file', new Blob([]), '')
  const answers: [string, Response][] = [
    ['content', await service.request('POST', '/documents', { ...fields, content: '' })],
    ['body', await raw(Buffer.alloc(0), { 'content-type': 'application/pdf' })],
    ['body', await raw(Buffer.alloc(0), { 'content-type': 'application/json' })],
    ['file', await service.request('POST', '/documents', form)],
  ]
  for (const [field, answer] of answers) {
    assert.equal(answer.status, 422)
    assert.deepEqual(await problemFields(answer), [field])
  }
  assert.deepEqual(await leftovers(), [])
})

test('a JSON form with a title in the query is refused, unless it is said to be a file', async () => {
  const body = Buffer.from(JSON.stringify({ ...fields, content: 'x'.repeat(200_000) }))
  for (const query of [
    '?title=Stray&created_by=ada@example.com',
    '?created_by=ada@example.com&title=Stray',
  ]) {
    const stray = await service.request('POST', `/documents${query}`, body, {
      'content-type': 'application/json',
    })
    assert.equal(stray.status, 422)
    assert.deepEqual(await problemFields(stray), ['query.title'])
    const file = await service.send('POST', `/documents${query}`, body, {
      'content-type': 'application/json',
      'content-disposition': 'attachment',
    })
    assert.deepEqual([file.status, file.body.content_sha256], [201, sha256(body)])
  }
  assert.deepEqual(await leftovers(), [])
})
