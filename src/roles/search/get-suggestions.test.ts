import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleSearchDocument } from '../../testing/sample-documents.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const role = await startTestService({ roles: ['search'] }, TEST_FILE)
await role.index.index(
  Array.from({ length: 30 }, (_, number) => sampleSearchDocument({ title: `Contract ${number}` })),
)

test('titles are suggested, the newest first, five by default', async () => {
  const { status, body } = await role.query('/suggest', { q: 'co' })
  assert.equal(status, 200)
  assert.deepEqual(body, { suggestions: [29, 28, 27, 26, 25].map((number) => `Contract ${number}`) })
  assert.equal((await role.query('/suggest', { q: 'co', size: '20' })).body.suggestions.length, 20)
})

test('a text without letters or digits suggests nothing', async () => {
  assert.deepEqual((await role.query('/suggest', { q: '":*' })).body, { suggestions: [] })
})

test('fewer than two characters, or more than twenty suggestions, are refused', async () => {
  const short = await role.query('/suggest', { q: 'c' })
  assert.deepEqual([short.status, short.body.errors[0].field], [422, 'query.q'])
  // One character of two UTF-16 code units.
  assert.equal((await role.get(`/suggest?q=${encodeURIComponent('\u{20c41}')}`)).status, 422)
  const many = await role.query('/suggest', { q: 'co', size: '21' })
  assert.deepEqual([many.status, many.body.errors[0].field], [422, 'query.size'])
})

test('filters are those of searches', async () => {
  const { body } = await role.query('/suggest', { q: 'co', status: 'created', size: '1' })
  assert.deepEqual(body, { suggestions: ['Contract 29'] })
  const wrong = await role.query('/suggest', { q: 'co', status: 'bogus' })
  assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, 'query.status'])
})
