/** What a process with the key of a role can do at the document role, and what it cannot. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create, type DescMethod, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { Client, credentials, Metadata, status } from '@grpc/grpc-js'
import { addApiKey } from '../testing/add-api-key.ts'
import { eventually } from '../testing/deadline.ts'
import { serviceTokensOf } from '../testing/service-tokens.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { newId, startTestService } from '../testing/test-service.ts'
import { AccessService } from './gen/docmgr/access_pb.ts'
import { IdentityService } from './gen/docmgr/identity_pb.ts'
import { DocumentService } from './gen/document_pb.ts'

const { getDocument, updateDocumentStatus, documentExists } = DocumentService.method
const service = await startTestService(
  { roles: ['all'], settings: { auth: { mode: 'required' }, listen: { grpc: 0 } } },
  TEST_FILE,
)
const client = new Client(service.grpc!, credentials.createInsecure())
TEST_FILE.after(() => client.close())

const owner = `Bearer ${service.token()}`
const stranger = `Bearer ${service.token({ id: 'eve', email: 'eve@example.com' })}`
const admin = `Bearer ${service.token({ id: 'root', email: 'root@example.com', admin: true })}`
const { body: document } = await service.send(
  'POST',
  '/documents',
  { title: 'Contract', content: 'x', created_by: 'ada@example.com' },
  { authorization: owner },
)
const documentId: string = document.id

type RoleName = Parameters<typeof serviceTokensOf>[0]

/** @param whose the credential that the role passes on */
async function call<Method extends DescMethod>(
  role: RoleName,
  method: Method,
  fields: MessageInitShape<Method['input']>,
  whose?: string,
): Promise<number> {
  const metadata = new Metadata()
  metadata.set('authorization', await serviceTokensOf(role).authorize())
  if (whose !== undefined) metadata.set('docmgr-client', whose)
  const bytes = Buffer.from(toBinary(method.input, create(method.input, fields)))
  const raw = (buffer: Buffer): Buffer => buffer
  const path = `/${method.parent.typeName}/${method.name}`
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, raw, raw, bytes, metadata, (error) => resolve(error?.code ?? 0))
  })
}

const statusOf = async (): Promise<string> =>
  (await service.get(`/documents/${documentId}`, { authorization: owner })).body.status

test('the ws role reads and changes no document, for itself or for anyone', async () => {
  const move = { documentId, status: 'cancelled' }
  for (const whose of [undefined, owner, stranger, admin]) {
    for (const method of [getDocument, documentExists])
      assert.equal(await call('ws', method, { documentId }, whose), status.PERMISSION_DENIED)
    assert.equal(await call('ws', updateDocumentStatus, move, whose), status.PERMISSION_DENIED)
    assert.equal(await call('ws', updateDocumentStatus, { documentId, status: 'signed' }, whose), 7)
  }
  assert.equal(await statusOf(), 'created')
  assert.equal(await call('ws', AccessService.method.listAccess, { documentIds: [documentId] }), 0)
  assert.equal(await call('ws', IdentityService.method.listDisabled, {}), 0)
})

test('only the ws role says whom it has refused, and the history of the document has it', async () => {
  const { recordRefusal } = AccessService.method
  const eve = { userId: 'eve', userEmail: 'Eve@example.com', clientAddress: '192.0.2.7' }
  const refusal = { documentId, tried: 'read', ...eve }
  for (const role of ['signature', 'search', 'indexer'] as const)
    assert.equal(await call(role, recordRefusal, refusal), status.PERMISSION_DENIED)
  assert.equal(await call('ws', recordRefusal, refusal, owner), status.PERMISSION_DENIED)
  for (const wrong of [{ tried: 'administer' }, { documentId: 'x' }])
    assert.equal(await call('ws', recordRefusal, { ...refusal, ...wrong }), status.INVALID_ARGUMENT)
  assert.equal(await call('ws', recordRefusal, { ...refusal, documentId: newId() }), 0)
  assert.equal(await call('ws', recordRefusal, refusal), 0)
  const entry = await eventually('the entry', async () => {
    const { body } = await service.get(`/documents/${documentId}/history`, { authorization: owner })
    return (body as { action: string; values: object }[]).find(({ action }) => action === 'refused')
  })
  const { userId: subject, clientAddress: client_address } = eve
  assert.deepEqual(entry.values, { actor: 'email:eve@example.com', subject, client_address })
})

test('only the ws role has a document announced again', async () => {
  const { announceDocument } = AccessService.method
  for (const role of ['signature', 'search', 'indexer'] as const)
    assert.equal(await call(role, announceDocument, { documentId }), status.PERMISSION_DENIED)
  assert.equal(await call('ws', announceDocument, { documentId }, admin), status.PERMISSION_DENIED)
  assert.equal(await call('ws', announceDocument, { documentId: 'x' }), status.INVALID_ARGUMENT)
  const versionOf = async () =>
    (await service.get(`/documents/${documentId}`, { authorization: owner })).body.version
  const before = await versionOf()
  for (const id of [documentId, newId()])
    assert.equal(await call('ws', announceDocument, { documentId: id }), 0)
  assert.equal(await versionOf(), before)
})

test('search and the indexer ask who someone is, and nothing else', async () => {
  for (const role of ['search', 'indexer'] as const) {
    assert.equal(await call(role, IdentityService.method.listDisabled, {}), 0)
    assert.equal(await call(role, getDocument, { documentId }, owner), status.PERMISSION_DENIED)
    const asked = call(role, AccessService.method.listAccess, { documentIds: [documentId] })
    assert.equal(await asked, status.PERMISSION_DENIED)
  }
})

test('the signature role reads for a client what the client may read, and nothing for itself', async () => {
  assert.equal(await call('signature', getDocument, { documentId }), status.PERMISSION_DENIED)
  assert.equal(await call('signature', getDocument, { documentId }, owner), 0)
  assert.equal(await call('signature', getDocument, { documentId }, admin), 0)
  assert.equal(await call('signature', getDocument, { documentId }, stranger), status.NOT_FOUND)
  for (const forged of ['Anonymous', 'Session made-up', 'Bearer a.b.c', 'u1', owner.slice(0, -2), ''])
    assert.notEqual(await call('signature', getDocument, { documentId }, forged), 0, forged)
  // Its own token is the credential of nobody.
  const service = await serviceTokensOf('signature').authorize()
  assert.equal(await call('signature', getDocument, { documentId }, service), status.UNAUTHENTICATED)
})

test('an API key that may only sign has the signature role read for it', async () => {
  const key = await addApiKey(service.database.pool, 'ada@example.com', ['write'])
  assert.equal(await call('signature', getDocument, { documentId }, `Bearer ${key.text}`), 0)
})

test('the signature role moves a document to signed and nowhere else', async () => {
  for (const to of ['sent', 'archived', 'cancelled']) {
    const moved = call('signature', updateDocumentStatus, { documentId, status: to })
    assert.equal(await moved, status.FAILED_PRECONDITION)
  }
  const asStranger = call('signature', updateDocumentStatus, { documentId, status: 'signed' }, stranger)
  assert.equal(await asStranger, status.NOT_FOUND)
  assert.equal(await statusOf(), 'created')
  assert.equal(await call('signature', updateDocumentStatus, { documentId, status: 'signed' }), 0)
  assert.equal(await statusOf(), 'signed')
})

test('no role is an administrator, or anyone at all, over REST', async () => {
  for (const role of ['signature', 'search', 'ws', 'indexer'] as const) {
    const headers = { authorization: await serviceTokensOf(role).authorize() }
    for (const [method, path] of [
      ['GET', '/people'],
      ['PATCH', `/people/${newId()}`],
      ['POST', '/login-links'],
      ['POST', '/keys'],
      ['GET', `/documents/${documentId}`],
      ['POST', '/signatures'],
      ['GET', '/stats'],
    ] as const) {
      const answer = await service.request(method, path, method === 'GET' ? undefined : {}, headers)
      assert.ok([401, 404].includes(answer.status), `${role} ${method} ${path}: ${answer.status}`)
    }
  }
})
