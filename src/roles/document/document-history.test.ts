/** The history of a document, as it is shown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document'] }, TEST_FILE)
const newDocument = async (): Promise<string> =>
  (await service.send('POST', '/documents', { title: 'Lease', content: 'x', created_by: 'ada@example.com' }))
    .body.id

test('the history says who did what, from where and with which program, page by page', async () => {
  const id = await newDocument()
  await service.send('PATCH', `/documents/${id}`, { title: 'Lease of 2026' })
  await service.send('PUT', `/documents/${id}/access/email:bob@example.com`, { role: 'reader' })
  await service.send('PATCH', `/documents/${id}`, { status: 'sent' })
  const { body, headers } = await service.get(`/documents/${id}/history?limit=3`)
  assert.deepEqual(
    body.map(({ number, action, by, version }: Record<string, unknown>) => [number, action, by, version]),
    [
      [4, 'document.changed', 'anonymous', 4],
      [3, 'access.given', 'anonymous', null],
      [2, 'document.changed', 'anonymous', 2],
    ],
  )
  assert.deepEqual(body[0].details, { old_status: 'created', status: 'sent' })
  assert.equal(body[1].values.principal, 'email:bob@example.com')
  assert.deepEqual([body[2].values.old_title, body[2].values.title], ['Lease', 'Lease of 2026'])
  assert.match(body[0].values.client_address, /^(127\.0\.0\.1|::1)$/)
  assert.deepEqual([body[0].withheld, body[0].erased], [[], []])
  const next = /<(.*)>; rel="next"/.exec(headers.get('link') ?? '')![1]!
  const { body: rest, headers: end } = await service.get(next)
  assert.deepEqual(
    [rest.length, rest[0].number, rest[0].action, end.get('link')],
    [1, 1, 'document.created', null],
  )
})

test('what was erased is named', async () => {
  const id = await newDocument()
  await service.database.pool.query(`select history.erase('{ada@example.com}')`)
  const { body } = await service.get(`/documents/${id}/history`)
  assert.equal(body[0].action, 'history.erased')
  assert.deepEqual(body[1].erased, ['created_by'])
})

test('an unknown or deleted document has no history', async () => {
  const id = await newDocument()
  await service.send('DELETE', `/documents/${id}`)
  assert.equal((await service.get(`/documents/${id}/history`)).status, 404)
})
