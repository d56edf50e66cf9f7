import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Document, type DocumentStatus } from '../../domain/document.ts'
import { isProblem } from '../../domain/errors.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { Documents } from './port.ts'

export interface DocumentsUnderTest {
  documents: Documents
  /** makes a document in this status */
  create(status: DocumentStatus): Promise<Document> | Document
  stop(): Promise<void>
}

/** An id that no document has. */
export const GONE = '06b00000-0000-7000-8000-000000000000'

export function testContext(options: Partial<RequestContext> = {}): RequestContext {
  return {
    principal: { kind: 'anonymous' },
    requestId: 'test',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    clientAddress: '192.0.2.1',
    signal: new AbortController().signal,
    ...options,
  }
}

/** What every adapter of the port `documents` does. */
export function documentsContract(adapter: string, open: () => Promise<DocumentsUnderTest>): void {
  describe(`documents by ${adapter}`, () => {
    let subject: DocumentsUnderTest
    const context = testContext()
    before(async () => (subject = await open()))
    after(() => subject.stop())

    test('a document is told with all its fields', async () => {
      const { content_sha256: _, ...made } = await subject.create('created')
      // Not every adapter tells the content's hash.
      const told = { ...(await subject.documents.get(made.id, context)), content_sha256: undefined }
      assert.deepEqual(told, { ...made, content_sha256: undefined })
    })

    test('a document that exists is told with its status, one that does not without', async () => {
      const { id } = await subject.create('viewed')
      assert.deepEqual(await subject.documents.exists(id, context), { exists: true, status: 'viewed' })
      assert.deepEqual(await subject.documents.exists(GONE, context), { exists: false, status: '' })
    })

    test('a move forward changes status and version, and is there for the next reader', async () => {
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

    test('moves at once count once', async () => {
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

    test('it says that it works', () => subject.documents.check())
  })
}
