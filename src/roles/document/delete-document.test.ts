import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryRows } from '../../db/query.ts'
import { isFinal, STATUSES } from '../../domain/document-status.ts'
import { type DomainError, isProblem } from '../../domain/errors.ts'
import { signatureRoleContext, testContext } from '../../testing/context.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document'] }, TEST_FILE)

const remove = (id: string, headers?: Record<string, string>) =>
  service.request('DELETE', `/documents/${id}`, undefined, headers)

test('a deleted document is gone everywhere, and its row stays with one more version', async () => {
  const { id } = await service.create({ title: 'To be deleted' })
  await service.request('GET', `/documents/${id}`)
  const response = await remove(id)
  assert.deepEqual([response.status, await response.text()], [204, ''])
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['HEAD', '', undefined],
    ['GET', '/content', undefined],
    ['GET', '/stats', undefined],
    ['PATCH', '', { title: 'x' }],
    ['DELETE', '', undefined],
  ] as const) {
    assert.equal(
      (await service.request(method, `/documents/${id}${path}`, body)).status,
      404,
      `${method} ${path}`,
    )
  }
  assert.deepEqual(await (await service.request('GET', '/documents?title=To+be+deleted')).json(), [])
  const { documents } = service.document
  const context = testContext()
  await assert.rejects(documents.get(id, context), (error) => isProblem(error, 'document-not-found'))
  await assert.rejects(documents.updateStatus(id, 'sent', context), (error) =>
    isProblem(error, 'document-not-found'),
  )
  assert.deepEqual(await documents.exists(id, context), { exists: false, status: '' })
  const rows = await queryRows(
    service.database.pool,
    'SELECT version, deleted_at FROM documents.documents WHERE id = $1',
    [id],
  )
  assert.equal(rows[0]!['version'], 2)
  assert.notEqual(rows[0]!['deleted_at'], null)
})

test('signed and archived documents cannot be deleted, and all others can', async () => {
  for (const status of STATUSES) {
    const { id } = await service.create()
    const move = 'UPDATE documents.documents SET status = $2 WHERE id = $1'
    if (status !== 'created') await service.database.pool.query(move, [id, status])
    const response = await remove(id)
    assert.equal(response.status, isFinal(status) ? 409 : 204, status)
    if (response.status === 409) assert.match(await response.text(), /document-not-deletable.*is \w+/)
  }
})

test('If-Match protects a document that has changed', async () => {
  const { id } = await service.create()
  await service.request('PATCH', `/documents/${id}`, { title: 'Changed' })
  assert.equal((await remove(id, { 'if-match': '"1"' })).status, 412)
  assert.equal((await remove(id, { 'if-match': '"2"' })).status, 204)
})

test('of concurrent deletions one succeeds, and a concurrent signature succeeds or fails as a whole', async () => {
  const { documents } = service.document
  for (let n = 0; n < 10; n++) {
    const { id } = await service.create()
    const [first, second, sign] = await Promise.all([
      remove(id),
      remove(id),
      documents.updateStatus(id, 'signed', signatureRoleContext()).then(
        () => 'signed',
        (error: DomainError) => error.code,
      ),
    ])
    const statuses = [first.status, second.status].sort()
    if (sign === 'signed') assert.deepEqual(statuses, [409, 409])
    else assert.deepEqual([...statuses, sign], [204, 404, 'document-not-found'])
  }
})

test('an unknown id is 404', async () => {
  assert.equal((await remove('06b00000-0000-7000-8000-000000000000')).status, 404)
})
