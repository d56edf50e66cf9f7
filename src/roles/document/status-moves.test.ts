import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node'
import type { Document } from '../../domain/document-fields.ts'
import { type DocumentStatus, STATUSES } from '../../domain/document-status.ts'
import { DocumentService } from '../../rpc/gen/document_pb.ts'
import { serviceTokensOf } from '../../testing/service-tokens.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService, type TestService } from '../../testing/test-service.ts'

/** Where anyone may move a document. */
const MOVES: Record<DocumentStatus, DocumentStatus[]> = {
  created: ['sent', 'viewed', 'archived', 'cancelled'],
  sent: ['viewed', 'archived', 'cancelled'],
  viewed: ['archived', 'cancelled'],
  signed: ['completed', 'archived'],
  completed: ['archived'],
  archived: [],
  cancelled: [],
}
const SIGNABLE: DocumentStatus[] = ['created', 'sent', 'viewed']

const listen = { grpc: 0 }
const open = await startTestService({ roles: ['document'], settings: { listen } }, TEST_FILE)
const required = await startTestService(
  { roles: ['document'], settings: { listen, auth: { mode: 'required' } }, database: open.database },
  TEST_FILE,
)

/** Asks for a move. @returns whether it succeeded; a refusal must be the right one */
type Edge = (
  service: TestService,
  id: string,
  to: DocumentStatus,
  authorization: string | undefined,
) => Promise<boolean>

const overRpc =
  (transportOf: (service: TestService) => Transport): Edge =>
  async (service, documentId, status, authorization) => {
    const client = createClient(DocumentService, transportOf(service))
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    try {
      const answer = await client.updateDocumentStatus({ documentId, status }, { headers })
      assert.ok(answer.status === status || answer.status === 'completed')
      return true
    } catch (error) {
      assert.equal(ConnectError.from(error).metadata.get('docmgr-problem'), 'status-not-allowed')
      return false
    }
  }

const EDGES: Record<string, Edge> = {
  async REST(service, id, status, authorization) {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const response = await service.request('PATCH', `/documents/${id}`, { status }, headers)
    const { type } = (await response.json()) as { type?: string }
    if (response.status === 200) return true
    assert.deepEqual([response.status, type], [409, 'urn:docmgr:problem:status-not-allowed'])
    return false
  },
  gRPC: overRpc(({ grpc }) => createGrpcTransport({ baseUrl: `http://${grpc}` })),
  Connect: overRpc(({ url }) => createConnectTransport({ baseUrl: url, httpVersion: '1.1' })),
}

/** Each token is valid for five minutes. */
const [search, signature] = [serviceTokensOf('search'), serviceTokensOf('signature')]

/** Everyone who can ask; only the last one is the signature role. */
const CALLERS: Record<string, (service: TestService) => string | undefined | Promise<string>> = {
  'nobody in particular': () => undefined,
  'a user': (service) => service.authorization({ id: 'ada', email: 'ada@example.com' }),
  'an administrator': (service) => `Bearer ${service.token({ admin: true })}`,
  'a user with the name of a role': (service) =>
    service.authorization({ id: 'signature', email: 'signature@docmgr.internal' }),
  'the signature role': () => signature.authorize(),
}

async function documentIn(service: TestService, status: DocumentStatus): Promise<Document> {
  const { rows } = await service.database.pool.query<{ id: string }>(
    `WITH document AS (
       INSERT INTO documents.documents (id, title, content_size, status, created_by, readers)
       VALUES (gen_random_uuid(), 'Contract', 5, $1, 'ada@example.com',
         '{email:ada@example.com,email:signature@docmgr.internal}') RETURNING id, created_at)
     INSERT INTO documents.access (document_id, principal, role, created_at, granted_by)
       SELECT id, 'email:signature@docmgr.internal', 'editor', created_at, 'email:ada@example.com' FROM document
       RETURNING document_id AS id`,
    [status],
  )
  return stateOf(service, rows[0]!.id)
}

async function stateOf({ database }: TestService, id: string): Promise<Document> {
  return (await database.pool.query('SELECT * FROM documents.documents WHERE id = $1', [id]))
    .rows[0] as Document
}

for (const mode of ['open', 'required'] as const) {
  for (const [edge, move] of Object.entries(EDGES)) {
    for (const [caller, authorizationOf] of Object.entries(CALLERS)) {
      // A service token is one for gRPC only, and nobody gets in without a token where one is required.
      if (edge !== 'gRPC' && caller.endsWith('role')) continue
      if (mode === 'required' && caller === 'nobody in particular') continue
      test(`${caller} moves documents over ${edge} as the table says, mode ${mode}`, async () => {
        const service = mode === 'open' ? open : required
        const isSigning = caller === 'the signature role'
        for (const from of STATUSES) {
          for (const to of STATUSES) {
            const { id, ...before } = await documentIn(open, from)
            const isMove = isSigning ? to === 'signed' && SIGNABLE.includes(from) : MOVES[from].includes(to)
            const succeeded = await move(service, id, to, await authorizationOf(service))
            const isPast = isSigning && to === 'signed' && from === 'completed'
            assert.equal(succeeded, isMove || isPast || from === to, `${from} → ${to}`)
            const { status, version, title } = await stateOf(open, id)
            const expected = isMove ? [to, 2, before.title] : [from, 1, before.title]
            assert.deepEqual([status, version, title], expected, `${from} → ${to}`)
          }
        }
      })
    }
  }
}

test('another role of the service may move no document', async () => {
  for (const service of [open, required]) {
    const { id } = await documentIn(open, 'sent')
    const client = createClient(DocumentService, createGrpcTransport({ baseUrl: `http://${service.grpc}` }))
    const headers = { authorization: await search.authorize() }
    const moved = client.updateDocumentStatus({ documentId: id, status: 'viewed' }, { headers })
    await assert.rejects(moved, (error) => ConnectError.from(error).code === Code.PermissionDenied)
    assert.equal((await stateOf(open, id)).status, 'sent')
  }
})

test('a service token is no token for REST and Connect', async () => {
  const { id } = await documentIn(open, 'created')
  const headers = { authorization: await signature.authorize() }
  for (const service of [open, required]) {
    const answer = await service.request('PATCH', `/documents/${id}`, { status: 'signed' }, headers)
    assert.equal(answer.status, 401)
    const connect = createConnectTransport({ baseUrl: service.url, httpVersion: '1.1' })
    const moved = createClient(DocumentService, connect).updateDocumentStatus(
      { documentId: id, status: 'signed' },
      { headers },
    )
    await assert.rejects(moved, (error) => ConnectError.from(error).code === Code.Unauthenticated)
  }
})

test('a new document is created, whatever status the client sends', async () => {
  for (const status of ['signed', 'completed', 'archived'])
    assert.equal((await open.create({ status })).status, 'created')
  const form = new FormData()
  form.set('file', new Blob(['x']), 'x.txt')
  form.set('created_by', 'ada@example.com')
  form.set('status', 'signed')
  const answer = await fetch(`${open.url}/documents`, { method: 'POST', body: form })
  assert.equal(((await answer.json()) as Document).status, 'created')
  const raw = await open.request('POST', '/documents?title=x&created_by=ada@example.com&status=signed', 'x', {
    'content-type': 'text/markdown',
  })
  // An unknown parameter is refused or has no effect.
  if (raw.status !== 422) assert.equal(((await raw.json()) as Document).status, 'created')
})
