import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestDatabases, startTestDatabases } from '../../testing/database.ts'
import { sampleDocument } from '../../testing/sample-search-document.ts'
import { startTestService, type TestService } from '../../testing/test-service.ts'

let server: TestDatabases
let role: TestService

before(async () => {
  server = await startTestDatabases()
  role = await startTestService({ roles: ['search'], database: await server.open() })
  await role.index.index(
    Array.from({ length: 30 }, (_, number) => sampleDocument({ title: `Contract ${number}` })),
  )
})
after(async () => {
  await role.stop()
  await server.stop()
})

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
  const many = await role.query('/suggest', { q: 'co', size: '21' })
  assert.deepEqual([many.status, many.body.errors[0].field], [422, 'query.size'])
})
