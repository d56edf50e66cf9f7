import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Document } from '../../domain/document-fields.ts'
import type { DocumentStatus } from '../../domain/document-status.ts'
import { isProblem } from '../../domain/errors.ts'
import { testContext } from '../../testing/context.ts'
import type { Documents } from './port.ts'

export interface DocumentsUnderTest {
  documents: Documents
  /** creates a document with this status */
  create(status: DocumentStatus): Promise<Document> | Document
  stop(): Promise<void>
}

/** An id that no document has. */
export const GONE = '06b00000-0000-7000-8000-000000000000'

/** What every adapter of the port `documents` does. */
export function documentsContractSuite(adapter: string, open: () => Promise<DocumentsUnderTest>): void {
  describe(`documents by ${adapter}`, () => {
    let subject: DocumentsUnderTest
    const context = testContext()
    before(async () => (subject = await open()))
    after(() => subject.stop())

    test('get resolves with all fields of a document', async () => {
      const { content_sha256: _, ...created } = await subject.create('created')
      // gRPC has no hash of the content.
      const found = { ...(await subject.documents.get(created.id, context)), content_sha256: undefined }
      assert.deepEqual(found, { ...created, content_sha256: undefined })
    })

    test('exists resolves with the status of a document that exists', async () => {
      const { id } = await subject.create('viewed')
      assert.deepEqual(await subject.documents.exists(id, context), { exists: true, status: 'viewed' })
      assert.deepEqual(await subject.documents.exists(GONE, context), { exists: false, status: '' })
    })

    test('a move forward changes status and version, and the next read sees it', async () => {
      const { id, version } = await subject.create('created')
      const moved = await subject.documents.updateStatus(id, 'signed', context)
      assert.deepEqual([moved.id, moved.status, moved.version], [id, 'signed', version + 1])
      assert.equal((await subject.documents.get(id, context)).status, 'signed')
    })

    test('a repeated move is a success that changes nothing', async () => {
      const { id } = await subject.create('created')
      const first = await subject.documents.updateStatus(id, 'signed', context)
      const second = await subject.documents.updateStatus(id, 'signed', context)
      assert.deepEqual(second, first)
    })

    test('concurrent moves change the version once', async () => {
      const { id, version } = await subject.create('sent')
      const moves = Array.from({ length: 8 }, () => subject.documents.updateStatus(id, 'signed', context))
      assert.deepEqual(
        new Set((await Promise.all(moves)).map(({ version }) => version)),
        new Set([version + 1]),
      )
    })

    test('a move that is not allowed is refused and changes nothing', async () => {
      const { id, version } = await subject.create('cancelled')
      await assert.rejects(
        subject.documents.updateStatus(id, 'signed', context),
        (error) => isProblem(error, 'status-not-allowed') && error.message.includes('cancelled'),
      )
      assert.equal((await subject.documents.get(id, context)).version, version)
    })

    test('an unknown document is not found', async () => {
      const notFound = (error: unknown) => isProblem(error, 'document-not-found')
      await assert.rejects(subject.documents.get(GONE, context), notFound)
      await assert.rejects(subject.documents.updateStatus(GONE, 'signed', context), notFound)
    })

    test('check resolves while the role works', () => subject.documents.check())
  })
}
