import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Document } from '../../domain/document-fields.ts'
import type { DocumentStatus } from '../../domain/document-status.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'
import { testContext } from '../../testing/context.ts'
import { serveDocuments } from '../../testing/grpc.ts'
import { serviceTokens } from '../../testing/service-tokens.ts'
import { startSignatureService } from '../../testing/signature-service.ts'
import { documentsContractSuite } from './contract-suite.ts'
import { openGrpcDocuments } from './grpc.ts'
import { openLocalDocuments } from './local.ts'
import type { Documents } from './port.ts'

const service = await startTestService({ roles: ['document'] }, TEST_FILE)

/** Makes a document over REST and moves it. */
async function create(status: DocumentStatus): Promise<Document> {
  const document = await service.create()
  const response = await service.request('PATCH', `/documents/${document.id}`, { status })
  return (await response.json()) as Document
}

/** The role over gRPC. */
async function overGrpc(): Promise<{ documents: Documents; stop(): Promise<void> }> {
  const server = await serveDocuments(service.document.documents)
  const url = `grpc://127.0.0.1:${server.port}`
  const documents = openGrpcDocuments({ url, deadlineMs: 5_000, serviceTokens })
  return {
    documents,
    async stop() {
      await documents.stop()
      await server.stop(1_000)
    },
  }
}

documentsContractSuite('the document role', async () => ({
  documents: openLocalDocuments(service.document.documents),
  create,
  stop: async () => {},
}))

documentsContractSuite('the document role over gRPC', async () => ({ ...(await overGrpc()), create }))

test('a read of another role is not a view', async () => {
  const { id } = await service.create()
  await service.document.documents.get(id, testContext())
  const { body } = await service.get(`/documents/${id}/stats`)
  assert.equal(body.total_views, 0)
})

for (const [adapter, open] of Object.entries({
  local: async () => ({ documents: openLocalDocuments(service.document.documents), stop: async () => {} }),
  grpc: overGrpc,
})) {
  test(`signing races with cancelling, archiving and deleting over ${adapter}: signature and document agree`, async () => {
    const { documents, stop } = await open()
    const signing = await startSignatureService({ database: service.database, through: () => documents })
    const seen = new Set<string>()
    for (let round = 0; round < 24; round++) {
      const { id } = await service.create()
      const path = `/documents/${id}`
      const rival = new Promise((resolve) => setTimeout(resolve, round / 3)).then(() =>
        round % 3 === 0
          ? service.request('DELETE', path)
          : service.request('PATCH', path, { status: round % 3 === 1 ? 'cancelled' : 'archived' }),
      )
      const [signed, { status }] = await Promise.all([
        signing.sign(id, { signature_data: 'aGVsbG8=' }),
        rival,
      ])
      const rows = await service.database.pool.query(
        'SELECT 1 FROM signatures.signatures WHERE document_id = $1',
        [id],
      )
      const left = await service.request('GET', path)
      const { status: now, version } =
        left.status === 404 ? { status: 'deleted', version: 2 } : ((await left.json()) as Document)
      const outcome = `${signed.status} ${status === 409 ? 'refused' : 'done'} ${rows.rowCount} ${now} ${version}`
      const allowed = [
        '201 refused 1 signed 2',
        '409 done 0 cancelled 2',
        '409 done 0 archived 2',
        '201 done 1 archived 3',
        '404 done 0 deleted 2',
      ]
      assert.ok(allowed.includes(outcome), outcome)
      seen.add(outcome)
    }
    assert.ok(seen.size > 1, [...seen].join())
    assert.equal(await signing.signature.pending(), 0)
    await signing.stop()
    await stop()
  })
}
