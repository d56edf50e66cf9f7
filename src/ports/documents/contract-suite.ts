import assert from 'node:assert/strict'
import { test as nodeTest } from 'node:test'
import type { Document } from '../../domain/document-fields.ts'
import type { DocumentStatus } from '../../domain/document-status.ts'
import { isProblem } from '../../domain/errors.ts'
import type { RequestContext } from '../../domain/request.ts'
import { signatureRoleContext, testContext, userContext } from '../../testing/context.ts'
import { sharedByTests } from '../../testing/test-file.ts'
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
  const context = testContext()
  const signing = signatureRoleContext()
  const opened = sharedByTests(open)
  const test = (rule: string, body: (subject: DocumentsUnderTest) => Promise<void>): void =>
    void nodeTest(`documents by ${adapter}: ${rule}`, async () => body(await opened()))

  test('get resolves with all fields of a document', async ({ documents, create }) => {
    const created = await create('created')
    const found = await documents.get(created.id, context)
    // The gRPC message has no state of the text.
    assert.deepEqual({ ...found, text: null }, { ...created, text: null })
  })

  test('exists resolves with the status of a document that exists', async ({ documents, create }) => {
    const { id } = await create('viewed')
    assert.deepEqual(await documents.exists(id, context), { exists: true, status: 'viewed' })
    assert.deepEqual(await documents.exists(GONE, context), { exists: false, status: '' })
  })

  test('a move forward changes status and version, and the next read sees it', async ({
    documents,
    create,
  }) => {
    const { id, version } = await create('created')
    const moved = await documents.updateStatus(id, 'signed', signing)
    assert.deepEqual([moved.id, moved.status, moved.version], [id, 'signed', version + 1])
    assert.equal((await documents.get(id, context)).status, 'signed')
  })

  test('a repeated move is a success that changes nothing', async ({ documents, create }) => {
    const { id } = await create('created')
    const first = await documents.updateStatus(id, 'signed', signing)
    const second = await documents.updateStatus(id, 'signed', signing)
    assert.deepEqual(second, first)
  })

  test('concurrent moves change the version once', checkConcurrentMoves)

  test('a move that is not allowed is refused and changes nothing', async ({ documents, create }) => {
    const { id, version } = await create('cancelled')
    await assert.rejects(
      documents.updateStatus(id, 'signed', signing),
      (error) => isProblem(error, 'status-not-allowed') && error.message.includes('cancelled'),
    )
    assert.equal((await documents.get(id, context)).version, version)
  })

  test('for the signature role, a document that was signed and has moved on needs no move', checkMovedOn)

  test('an unknown document is not found', async ({ documents }) => {
    const notFound = (error: unknown) => isProblem(error, 'document-not-found')
    await assert.rejects(documents.get(GONE, context), notFound)
    await assert.rejects(documents.updateStatus(GONE, 'signed', signing), notFound)
  })

  test('only the signature role moves a document to signed, and only a signed one becomes completed', async (subject) => {
    const user = { kind: 'user', id: 'signature', email: 'signature@docmgr.internal', admin: true } as const
    for (const other of [context, userContext(user)]) await checkSigning(subject, other)
  })

  test('access tells roles who reads and owns the documents that exist', checkAccess)

  test('check resolves while the role works', ({ documents }) => documents.check())
}

async function checkConcurrentMoves({ documents, create }: DocumentsUnderTest): Promise<void> {
  const signing = signatureRoleContext()
  const { id, version } = await create('sent')
  const moves = Array.from({ length: 8 }, () => documents.updateStatus(id, 'signed', signing))
  const versions = (await Promise.all(moves)).map((moved) => moved.version)
  assert.deepEqual(new Set(versions), new Set([version + 1]))
}

async function checkAccess({ documents, create }: DocumentsUnderTest): Promise<void> {
  const signing = signatureRoleContext()
  const { id, version, status, created_by } = await create('sent')
  const subjects = [`email:${created_by.toLowerCase()}`]
  const found = await documents.access([id, GONE], signing)
  assert.deepEqual([...found], [[id, { version, status, readers: subjects, owners: subjects }]])
  assert.equal((await documents.access([], signing)).size, 0)
}

async function checkMovedOn({ documents, create }: DocumentsUnderTest): Promise<void> {
  const [context, signing] = [testContext(), signatureRoleContext()]
  const isRefusal = (error: unknown): boolean => isProblem(error, 'status-not-allowed')
  const { id } = await create('created')
  await documents.updateStatus(id, 'signed', signing)
  for (const status of ['completed', 'archived'] as const) {
    const moved = await documents.updateStatus(id, status, context)
    assert.deepEqual(await documents.updateStatus(id, 'signed', signing), moved)
    await assert.rejects(documents.updateStatus(id, 'signed', context), isRefusal)
  }
  const unsigned = await create('archived')
  await assert.rejects(documents.updateStatus(unsigned.id, 'signed', signing), isRefusal)
}

async function checkSigning({ documents, create }: DocumentsUnderTest, other: RequestContext): Promise<void> {
  for (const before of ['created', 'sent', 'viewed'] as const) {
    const { id, version, status } = await create(before)
    for (const to of ['signed', 'completed'] as const) {
      const refused = (error: unknown): boolean => isProblem(error, 'status-not-allowed')
      await assert.rejects(documents.updateStatus(id, to, other), refused)
    }
    const { version: after, status: left } = await documents.get(id, other)
    assert.deepEqual([after, left], [version, status])
  }
  const { id } = await create('created')
  const signed = await documents.updateStatus(id, 'signed', signatureRoleContext())
  assert.deepEqual(await documents.updateStatus(id, 'signed', other), signed)
  assert.equal((await documents.updateStatus(id, 'completed', other)).status, 'completed')
}
