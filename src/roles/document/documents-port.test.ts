import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isProblem } from '../../domain/errors.ts'
import { testContext } from '../../testing/context.ts'
import { startTestService, type TestService } from '../../testing/test-service.ts'

let service: TestService
before(async () => {
  service = await startTestService({ roles: ['document'] })
})
after(() => service.stop())

const unknown = '06b00000-0000-7000-8000-000000000000'
const context = testContext()

test('moves a document to a status once, and repeating it changes nothing', async () => {
  const { documents } = service.document
  const { id } = await service.create()
  const signed = await documents.updateStatus(id, 'signed', context)
  assert.deepEqual([signed.status, signed.version], ['signed', 2])
  assert.deepEqual(await documents.updateStatus(id, 'signed', context), signed)
  assert.deepEqual(await (await service.request('GET', `/documents/${id}`)).json(), signed)
  await assert.rejects(documents.updateStatus(id, 'sent', context), (error) =>
    isProblem(error, 'status-not-allowed'),
  )
})

test('gets and finds a document without counting a view', async () => {
  const { documents } = service.document
  const document = await service.create()
  assert.deepEqual(await documents.get(document.id, context), document)
  assert.deepEqual(await documents.exists(document.id, context), { exists: true, status: 'created' })
  const stats = (await (await service.request('GET', `/documents/${document.id}/stats`)).json()) as {
    total_views: number
  }
  assert.equal(stats.total_views, 0)
})

test('an unknown document is not found, or does not exist', async () => {
  const { documents } = service.document
  const isMissing = (error: unknown): boolean => isProblem(error, 'document-not-found')
  await assert.rejects(documents.get(unknown, context), isMissing)
  await assert.rejects(documents.updateStatus(unknown, 'sent', context), isMissing)
  assert.deepEqual(await documents.exists(unknown, context), { exists: false, status: '' })
})

test('check resolves while the database can be reached', async () => {
  await service.document.documents.check()
})
