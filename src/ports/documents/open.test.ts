import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTokens } from '../../auth/tokens.ts'
import { systemClock } from '../../runtime/clock.ts'
import { serviceTokens } from '../../testing/service-tokens.ts'
import { openMemoryDocuments } from '../../testing/memory-documents.ts'
import { openDocuments } from './open.ts'

const settings = { secret: 'a secret for tests, 32 bytes long', issuer: 'd', audience: 'd', lifetime: 60 }
const options = {
  role: undefined,
  deadlineMs: 100,
  tokens: createTokens(settings, systemClock),
  serviceTokens,
}

test('local: without the document role in the process is refused with its reason', async () => {
  await assert.rejects(openDocuments('local:', options), /needs the document role in the same process/)
})

test('local: and grpc: give an adapter', async () => {
  await (await openDocuments('local:', { ...options, role: openMemoryDocuments() })).stop()
  await (await openDocuments('grpc://[::1]:50051', options)).stop()
  await (await openDocuments('grpc://docs-document:50051/', options)).stop()
  await (await openDocuments('grpc://document-1:50051,[::1]:50052,10.0.0.3:50051', options)).stop()
})

for (const url of [
  'http://127.0.0.1:50051',
  'grpc://127.0.0.1',
  'grpc:',
  'grpc://a:1,b',
  'grpc://a:1,',
  'local',
  '',
]) {
  test(`the URL ${JSON.stringify(url)} is refused`, async () => {
    await assert.rejects(openDocuments(url, options), /documents\.url: /)
  })
}
