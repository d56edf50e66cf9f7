import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect'
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js'
import { service as healthService } from 'grpc-health-check'
import { openMemoryDocuments } from '../testing/memory-documents.ts'
import { GONE, type RpcServers, startRpcServers, tokens, transports } from '../testing/rpc-servers.ts'
import { noLimits } from '../testing/no-limits.ts'
import { testGuard } from '../testing/test-guard.ts'
import { testAuthenticator } from '../testing/authenticator.ts'
import { serviceTokens, serviceTokensOf } from '../testing/service-tokens.ts'
import { sharedByTests } from '../testing/test-file.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { createMetrics } from '../runtime/metrics.ts'
import { createRpcMetrics } from './call-pipeline.ts'
import { createDocumentService } from '../ports/documents/service.ts'
import { DocumentService } from './gen/document_pb.ts'
import { startGrpcServer } from './server.ts'

type DocumentClient = Client<typeof DocumentService>

const refused = async (call: Promise<unknown>, code: Code, problem: string): Promise<ConnectError> => {
  const error = await call.then(
    () => assert.fail('it should fail'),
    (failure: unknown) => ConnectError.from(failure),
  )
  assert.equal(error.code, code)
  assert.equal(error.metadata.get('docmgr-problem'), problem)
  return error
}

for (const [protocol, transportOf] of Object.entries(transports)) {
  const opened = sharedByTests(() => startRpcServers('open'))
  const testOver = (
    name: string,
    body: (client: DocumentClient, servers: RpcServers) => Promise<void>,
  ): void =>
    void test(`${protocol}: ${name}`, async () => {
      const servers = await opened()
      await body(createClient(DocumentService, transportOf(servers)), servers)
    })

  testOver('answers its three methods', async (client, { role }) => {
    const { id } = role.create('sent')
    assert.equal((await client.documentExists({ documentId: id })).status, 'sent')
    assert.equal((await client.documentExists({ documentId: GONE })).exists, false)
    assert.equal((await client.updateDocumentStatus({ documentId: id, status: 'viewed' })).version, 2)
    const document = await client.getDocument({ documentId: id.toUpperCase() })
    assert.equal(document.contentSize, 12n)
    assert.equal(document.s3Key, `${id}/content`)
  })

  testOver(
    'a document is moved to signed for the token of the signature role only',
    async (client, { role }) => {
      const { id } = role.create('sent')
      const sign = (authorization?: string) =>
        client.updateDocumentStatus(
          { documentId: id, status: 'signed' },
          { headers: authorization === undefined ? {} : { authorization } },
        )
      const user = { id: 'service:signature', email: 'signature@docmgr.internal', admin: true }
      for (const authorization of [undefined, `Bearer ${tokens.sign(user)}`])
        await refused(sign(authorization), Code.FailedPrecondition, 'status-not-allowed')
      const genuine = await serviceTokens.authorize()
      const search = await serviceTokensOf('search').authorize()
      const isGrpc = protocol === 'grpc'
      if (isGrpc) await refused(sign(search), Code.PermissionDenied, 'forbidden')
      const forged = [
        `Service ${tokens.sign({ ...user, id: 'signature' })}`,
        genuine.replace('Service', 'Bearer'),
        genuine.replace(/\w$/, ''),
        'Service',
        // Roles call over gRPC only.
        ...(isGrpc ? [] : [genuine]),
      ]
      for (const authorization of forged)
        await refused(sign(authorization), Code.Unauthenticated, 'unauthenticated')
      assert.equal((await client.getDocument({ documentId: id })).version, 1)
      if (!isGrpc) return
      assert.equal((await sign(genuine)).status, 'signed')
      assert.equal((await sign()).version, 2)
    },
  )

  testOver(
    'answers errors with a status, a message and the code of the problem',
    async (client, { role }) => {
      const { id } = role.create('cancelled')
      await refused(client.getDocument({ documentId: GONE }), Code.NotFound, 'document-not-found')
      const move = client.updateDocumentStatus({ documentId: id, status: 'signed' })
      const refusal = await refused(move, Code.FailedPrecondition, 'status-not-allowed')
      assert.match(refusal.rawMessage, /cancelled/)
      for (const documentId of ['zzz', '']) {
        await refused(client.documentExists({ documentId }), Code.InvalidArgument, 'validation-failed')
      }
      for (const status of ['bogus', '']) {
        const bogus = client.updateDocumentStatus({ documentId: id, status })
        await refused(bogus, Code.InvalidArgument, 'validation-failed')
      }
    },
  )

  testOver('answers with the request id, in success and failure', async (client) => {
    const headers = { 'x-request-id': 'given-1' }
    let received: string | null = null
    const onHeader = (header: Headers): void => void (received = header.get('x-request-id'))
    await client.documentExists({ documentId: GONE }, { headers, onHeader })
    assert.equal(received, 'given-1')
    const failing = client.getDocument({ documentId: GONE }, { headers })
    const error = await refused(failing, Code.NotFound, 'document-not-found')
    assert.equal(error.metadata.get('x-request-id'), 'given-1')
  })

  testOver('refuses an invalid token, also where no token is required', async (client) => {
    const headers = { authorization: 'Bearer a.b.c' }
    const call = client.documentExists({ documentId: GONE }, { headers })
    await refused(call, Code.Unauthenticated, 'unauthenticated')
  })

  test(`${protocol}: a call without a token is refused where one is required`, async () => {
    const servers = await startRpcServers('required')
    const client = createClient(DocumentService, transportOf(servers))
    const call = client.documentExists({ documentId: GONE })
    await assert.rejects(call, (error) => ConnectError.from(error).code === Code.Unauthenticated)
    const token = tokens.sign({ id: 'u', email: 'ada@example.com', admin: false })
    const allowed = await client.documentExists(
      { documentId: GONE },
      { headers: { authorization: `Bearer ${token}` } },
    )
    assert.equal(allowed.exists, false)
    await servers.stop()
  })
}

test('curl can call it with JSON on the HTTP port, beside REST', async () => {
  const servers = await startRpcServers('open')
  const { id } = servers.role.create('viewed')
  const post = (method: string, body: string): Promise<Response> =>
    fetch(`${servers.url}/document.DocumentService/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
  const response = await post('DocumentExists', JSON.stringify({ document_id: id }))
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { exists: true, status: 'viewed' })
  assert.equal((await post('GetDocument', JSON.stringify({ documentId: GONE }))).status, 404)
  assert.equal((await post('GetDocument', '{')).status, 400)
  assert.equal((await post('NoMethod', '{}')).status, 404)
  assert.equal(
    (await fetch(`${servers.url}/elsewhere`)).headers.get('content-type'),
    'application/problem+json',
  )
  await servers.stop()
})

test('calls are counted by method and status', async () => {
  const servers = await startRpcServers('open')
  const client = createClient(DocumentService, transports.grpc(servers))
  await client.documentExists({ documentId: GONE })
  await client.getDocument({ documentId: GONE }).catch(() => {})
  const text = await servers.metrics.registry.metrics()
  assert.match(text, /rpc_duration_seconds_count\{protocol="grpc",method="DocumentExists",status="OK"\} 1/)
  assert.match(
    text,
    /rpc_duration_seconds_count\{protocol="grpc",method="GetDocument",status="NOT_FOUND"\} 1/,
  )
  await servers.stop()
})

test('health answers SERVING until the drain, and calls in flight finish at the stop', async () => {
  const servers = await startRpcServers('required')
  const { port } = servers.grpc
  const Health = makeGenericClientConstructor(healthService, 'Health')
  const client = new Health(`127.0.0.1:${port}`, credentials.createInsecure())
  const check = (name: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const answer = (error: unknown, { status }: { status: string }): void =>
        error ? reject(error) : resolve(status)
      client['check']!({ service: name }, { deadline: Date.now() + 5_000 }, answer)
    })
  assert.deepEqual([await check(''), await check(DocumentService.typeName)], ['SERVING', 'SERVING'])
  servers.grpc.drain()
  assert.deepEqual([await check(''), await check(DocumentService.typeName)], ['NOT_SERVING', 'NOT_SERVING'])
  const begun = performance.now()
  await servers.stop()
  assert.ok(performance.now() - begun < 10_000)
  client.close()
})

test('a port that is in use is an error that names it', async () => {
  const first = await startRpcServers('open')
  const { port } = first.grpc
  await assert.rejects(
    startGrpcServer({
      host: '127.0.0.1',
      port,
      handlers: createDocumentService(openMemoryDocuments()),
      authenticator: testAuthenticator('open', tokens),
      guard: testGuard(),
      limits: noLimits,
      log: silentLogger,
      metrics: createRpcMetrics(createMetrics()),
      newId: createUuidV7(),
      refusals: { record() {} },
      trustedProxies: [],
    }),
    new RegExp(`port ${port} of 127\\.0\\.0\\.1 is in use.*listen\\.grpc`),
  )
  await first.stop()
})
