import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryRows } from '../../db/query.ts'
import type { Document } from '../../domain/document-fields.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document'] }, TEST_FILE)
const ids = (documents: Document[]): string[] => documents.map(({ id }) => id)

test('a page that was listed before has each document as it is now', async () => {
  const one = await service.create({ title: 'First', created_by: 'eve@example.com' })
  const other = await service.create({ title: 'Second', created_by: 'eve@example.com' })
  const listed = async (): Promise<Document[]> =>
    (await service.get('/documents?created_by=eve@example.com')).body
  assert.deepEqual(ids(await listed()), [other.id, one.id])
  await service.request('PATCH', `/documents/${one.id}`, { title: 'Changed' })
  assert.deepEqual(await listed(), [
    (await service.get(`/documents/${other.id}`)).body,
    (await service.get(`/documents/${one.id}`)).body,
  ])
  assert.equal((await listed())[1]!.title, 'Changed')
  // The text is no change of the document, so that its version stays.
  await queryRows(
    service.database.pool,
    "UPDATE documents.documents SET text_language = 'tlh' WHERE id = $1",
    [one.id],
  )
  assert.equal((await listed())[1]!.text?.language, 'tlh')
  await service.request('DELETE', `/documents/${other.id}`)
  assert.deepEqual(ids(await listed()), [one.id])
  await service.request('DELETE', `/documents/${one.id}`)
})

test('a list has every change that was acknowledged before, while others change the same documents', async () => {
  const documents = await Promise.all(
    [1, 2, 3, 4].map((n) => service.create({ title: `Turn ${n}`, created_by: 'mia@example.com' })),
  )
  const acknowledged = new Map(documents.map(({ id, version }) => [id, version]))
  const change = async ({ id }: Document): Promise<void> => {
    for (let n = 0; n < 15; n++) {
      const answer = await service.request('PATCH', `/documents/${id}`, { title: `Turn ${n}` })
      acknowledged.set(id, ((await answer.json()) as Document).version)
    }
  }
  let isOver = false
  const watch = async (): Promise<void> => {
    while (!isOver) {
      const least = new Map(acknowledged)
      const { body } = await service.get('/documents?created_by=mia@example.com')
      assert.equal(body.length, documents.length)
      for (const { id, version } of body as Document[])
        assert.ok(version >= least.get(id)!, `version ${version} of ${id}, after ${least.get(id)}`)
    }
  }
  await Promise.all([watch(), watch(), Promise.all(documents.map(change)).finally(() => (isOver = true))])
  for (const { id } of documents) await service.request('DELETE', `/documents/${id}`)
})
