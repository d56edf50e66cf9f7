/** Who has a role in a document. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { insertDocument } from '../../testing/changes.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document'] }, TEST_FILE)
const { pool } = service.database

/** The rows of documents.access, and the readers of the document. */
async function accessOf(id: string): Promise<unknown> {
  const { rows } = await pool.query(
    `select principal, role, granted_by, a.created_at = d.created_at as is_of_document, version, readers
     from documents.documents d join documents.access a on a.document_id = d.id where d.id = $1`,
    [id],
  )
  return rows
}

test('a document belongs to who is named as its creator, whichever program inserts it', async () => {
  const { body } = await service.send('POST', '/documents', {
    title: 'Lease',
    content: 'x',
    created_by: 'Ada@Example.com',
  })
  const principal = 'email:ada@example.com'
  const owned = { principal, role: 'owner', granted_by: principal, is_of_document: true }
  assert.deepEqual(await accessOf(body.id), [{ ...owned, version: 1, readers: [principal] }])
  assert.equal('readers' in body, false)
  const other = await insertDocument(pool, 'Of another program')
  assert.deepEqual(await accessOf(other), [{ ...owned, version: 1, readers: [principal] }])
})

test('a change of who may read a document is a version of it', async () => {
  const id = await insertDocument(pool, randomUUID())
  const { rows } = await pool.query(
    `update documents.documents set readers = readers || '{email:bob@example.com}' where id = $1 returning version`,
    [id],
  )
  assert.deepEqual(rows, [{ version: 2 }])
})
