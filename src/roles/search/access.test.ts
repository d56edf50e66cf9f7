import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleSearchDocument } from '../../testing/sample-documents.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const documents = [
  sampleSearchDocument({ title: 'Lease of Ada', content: 'zanzibar', readers: ['email:ada@example.com'] }),
  sampleSearchDocument({ title: 'Lease of Bob', content: 'zeppelin', readers: ['email:bob@example.com'] }),
  sampleSearchDocument({
    title: 'Lease of both',
    status: 'sent',
    readers: ['email:ada@example.com', 'email:bob@example.com'],
  }),
]

async function startSearch(mode: 'open' | 'required') {
  const role = await startTestService({ roles: ['search'], settings: { auth: { mode } } }, TEST_FILE)
  await role.index.index(documents)
  const authorization = (user: { email?: string; admin?: boolean }) => ({
    authorization: `Bearer ${role.token({ id: user.email ?? 'someone', ...user })}`,
  })
  /** What the three operations answer: titles, total, suggestions, numbers. */
  const ask = async (headers: Record<string, string>) => {
    const found = await role.get('/search?q=lease', headers)
    const suggested = await role.get('/suggest?q=ze', headers)
    const counted = await role.get('/aggregations/status', headers)
    assert.deepEqual([found.status, suggested.status, counted.status], [200, 200, 200])
    return [
      found.body.documents.map(({ title }: { title: string }) => title.slice('Lease of '.length)),
      found.body.total,
      suggested.body.suggestions,
      counted.body.values.map(({ key, count }: { key: string; count: number }) => `${key} ${count}`),
    ]
  }
  return { role, authorization, ask }
}

const EVERYTHING = [['both', 'Bob', 'Ada'], 3, ['zeppelin'], ['created 2', 'sent 1']]

test('where authentication is required, each finds what they may read, and administrators all', async () => {
  const { role, authorization, ask } = await startSearch('required')
  const ofBob = [['both', 'Bob'], 2, ['zeppelin'], ['created 1', 'sent 1']]
  assert.deepEqual(await ask(authorization({ email: 'bob@example.com' })), ofBob)
  assert.deepEqual(await ask(authorization({ email: 'BOB@Example.com' })), ofBob)
  assert.deepEqual(await ask(authorization({ email: 'ada@example.com' })), [
    ['both', 'Ada'],
    2,
    [],
    ['created 1', 'sent 1'],
  ])
  assert.deepEqual(await ask(authorization({ email: 'eve@example.com' })), [[], 0, [], []])
  assert.deepEqual(await ask(authorization({ email: 'eve@example.com', admin: true })), EVERYTHING)
  for (const path of ['/search?q=lease', '/suggest?q=ze', '/aggregations/status'])
    assert.equal((await role.get(path)).status, 401)
})

test('an answer has no reader', async () => {
  const { role, authorization } = await startSearch('required')
  const { body } = await role.get('/search?q=lease', authorization({ email: 'bob@example.com' }))
  assert.doesNotMatch(JSON.stringify(body), /readers|email:/)
})

test('where authentication is open, everybody finds everything', async () => {
  const { authorization, ask } = await startSearch('open')
  assert.deepEqual(await ask({}), EVERYTHING)
  assert.deepEqual(await ask(authorization({ email: 'eve@example.com' })), EVERYTHING)
})
