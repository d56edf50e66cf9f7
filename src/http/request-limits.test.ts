import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { createApiKey, sha256Of } from '../auth/api-keys.ts'
import type { ConfigInput } from '../config/schema.ts'
import { createKeyStore } from '../db/key-store.ts'
import { createPersonStore } from '../db/person-store.ts'
import { grpcMethod } from '../rpc/grpc-service.ts'
import { DocumentService } from '../rpc/gen/document_pb.ts'
import { eventually } from '../testing/deadline.ts'
import { serviceTokens } from '../testing/service-tokens.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { newId, startTestService, type TestService } from '../testing/test-service.ts'

type Limits = NonNullable<ConfigInput['limits']>

const start = (limits: Limits, settings: ConfigInput = {}): Promise<TestService> =>
  startTestService({ roles: ['document'], settings: { ...settings, limits } }, TEST_FILE)

const get = ({ url }: TestService, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}${path}`, { headers })

const bearer = (service: TestService, id: string) => ({ authorization: `Bearer ${service.token({ id })}` })

async function expectRefusal(response: Response, detail: RegExp): Promise<void> {
  assert.equal(response.status, 429)
  assert.match(response.headers.get('retry-after')!, /^([1-9]|[1-5]\d|60)$/)
  const problem = (await response.json()) as Record<string, unknown>
  assert.equal(problem['type'], 'urn:docmgr:problem:too-many-requests')
  assert.match(String(problem['detail']), detail)
}

test('responses tell the quotas of their client, and a used up one is 429', async () => {
  const service = await start({ principalRequests: 3, addressRequests: 100 })
  const response = await get(service, '/documents', bearer(service, 'ada'))
  assert.equal(response.status, 200)
  const policy = '"address-requests";q=100;w=60;qu="requests", "principal-requests";q=3;w=60;qu="requests"'
  assert.equal(response.headers.get('ratelimit-policy'), policy)
  assert.match(
    response.headers.get('ratelimit')!,
    /^"address-requests";r=99;t=60, "principal-requests";r=2;t=60$/,
  )
  for (let n = 0; n < 2; n++) await get(service, '/documents', bearer(service, 'ada'))
  const refused = await get(service, '/documents', bearer(service, 'ada'))
  assert.equal(refused.headers.get('ratelimit-policy'), policy)
  assert.match(refused.headers.get('ratelimit')!, /, "principal-requests";r=0;t=\d+$/)
  await expectRefusal(refused, /more than 3 requests of this principal/)
  assert.equal((await get(service, '/documents', bearer(service, 'grace'))).status, 200)
  const metrics = await (await get(service, '/metrics')).text()
  assert.match(metrics, /docmgr_limited_total\{limit="requests",owner="principal"\} 1/)
})

test('requests count for their address whatever they ask, except probes', async () => {
  const service = await start({ addressRequests: 4 })
  assert.equal((await get(service, '/nothing')).status, 404)
  assert.equal((await get(service, `/documents/${newId()}`)).status, 404)
  assert.equal((await get(service, '/documents', { authorization: 'Bearer a.b.c' })).status, 401)
  assert.equal((await get(service, '/documents?limit=x')).status, 422)
  await expectRefusal(
    await get(service, '/documents', { authorization: 'Bearer a.b.c' }),
    /more than 4 requests of this address in 60 s/,
  )
  for (let n = 0; n < 10; n++) {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      const response = await get(service, path)
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('ratelimit'), null)
    }
  }
})

test('the address is that of the client behind a trusted proxy, and of the peer otherwise', async () => {
  const trusting = await start({ addressRequests: 1 }, { listen: { trustedProxies: ['loopback'] } })
  const from = (address: string) => get(trusting, '/documents', { 'x-forwarded-for': address })
  assert.equal((await from('192.0.2.1')).status, 200)
  assert.equal((await from('192.0.2.2')).status, 200)
  assert.equal((await from('192.0.2.1')).status, 429)
  // Without an address, all texts are one client.
  assert.equal((await from('one')).status, 200)
  assert.equal((await from('another')).status, 429)
  const direct = await start({ addressRequests: 1 })
  assert.equal((await get(direct, '/documents', { 'x-forwarded-for': '192.0.2.1' })).status, 200)
  assert.equal((await get(direct, '/documents', { 'x-forwarded-for': '192.0.2.2' })).status, 429)
})

test('bodies count with their length before they are read, and chunked ones when they were', async () => {
  const service = await start({ contentBytes: 200_000, addressBytes: 400_000 })
  const send = (body: string | ReadableStream): Promise<Response> =>
    fetch(`${service.url}/documents?title=T&created_by=a@example.com`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body,
      duplex: 'half',
    } as RequestInit)
  const first = await send('x'.repeat(150_000))
  assert.equal(first.status, 201)
  assert.match(first.headers.get('ratelimit')!, /"address-content-bytes";r=250000;t=60/)
  const chunks = Readable.toWeb(Readable.from(Array(15).fill(Buffer.alloc(10_000, 'y')))) as ReadableStream
  assert.equal((await send(chunks)).status, 201)
  // Beside the 150,000 bytes the frames of the chunks count, and what came with the headers counts 64 KiB.
  await eventually('the bytes to be counted', async () => (await send('z'.repeat(100_000))).status === 429)
  await expectRefusal(await send('z'.repeat(199_999)), /bytes of request bodies/)
})

test('a small body that has arrived before its caller was looked up counts, too', async () => {
  const service = await start({ addressBytes: 1_000 })
  const { pool } = service.database
  const { id: personId } = await createPersonStore(pool).put(newId(), 'ci@example.com')
  const { id, secret, text } = createApiKey()
  const key = { id, name: 'ci', secretSha256: sha256Of(secret), personId, scopes: ['write' as const] }
  await createKeyStore(pool).add({ ...key, expiresAt: null })
  const response = await fetch(`${service.url}/documents?title=T&created_by=ci@example.com`, {
    method: 'POST',
    headers: { authorization: `Bearer ${text}`, 'content-type': 'text/plain' },
    body: 'x'.repeat(1_001),
  })
  await expectRefusal(response, /more than 1000 bytes of request bodies of this address/)
})

test('new idempotency keys are limited, repeated ones are answered', async () => {
  const service = await start({ principalIdempotencyKeys: 2 })
  const post = (key: string): Promise<Response> =>
    fetch(`${service.url}/documents`, {
      method: 'POST',
      headers: { ...bearer(service, 'ada'), 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ title: 'T', content: 'c', created_by: 'a@example.com' }),
    })
  const created = [await post('1'), await post('2')]
  assert.deepEqual(
    created.map(({ status }) => status),
    [201, 201],
  )
  await expectRefusal(await post('3'), /more than 2 new idempotency keys of this principal/)
  assert.equal((await post('1')).status, 201)
  assert.equal(((await (await get(service, '/documents')).json()) as unknown[]).length, 2)
})

/** Calls over gRPC, each answered with its error. */
function grpcCaller({ grpc }: TestService) {
  const client = new Client(grpc!, credentials.createInsecure())
  const method = grpcMethod(DocumentService.method.documentExists)
  const call = (metadata = new Metadata()): Promise<ServiceError | null> =>
    new Promise((resolve) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        { documentId: newId() },
        metadata,
        (error) => resolve(error),
      )
    })
  return { call, close: () => client.close() }
}

test('over gRPC, too, the address is that of the client behind a trusted proxy only', async () => {
  const codesOf = async (trustedProxies: string[], calls: string[][]): Promise<(number | undefined)[]> => {
    const service = await start({ addressRequests: 1 }, { listen: { grpc: 0, trustedProxies } })
    const { call, close } = grpcCaller(service)
    const codes: (number | undefined)[] = []
    for (const forwarded of calls) {
      const metadata = new Metadata()
      for (const addresses of forwarded) metadata.add('x-forwarded-for', addresses)
      codes.push((await call(metadata))?.code)
    }
    close()
    return codes
  }
  const direct = await codesOf([], [['192.0.2.1'], ['192.0.2.2']])
  assert.deepEqual(direct, [undefined, 8])
  const behind = await codesOf(
    ['loopback', '198.51.100.0/24'],
    [
      ['192.0.2.1'],
      ['192.0.2.2, 198.51.100.7'],
      ['192.0.2.2'],
      // What the client claims is before what the proxy adds, in one field or two.
      ['192.0.2.9, 192.0.2.1'],
      ['192.0.2.9', '192.0.2.1'],
      ['192.0.2.9'],
      [],
      [],
    ],
  )
  assert.deepEqual(behind, [undefined, undefined, 8, 8, 8, undefined, undefined, 8])
})

test('calls over gRPC and Connect are RESOURCE_EXHAUSTED, and calls of roles are not limited', async () => {
  const service = await start({ addressRequests: 2 }, { listen: { grpc: 0 } })
  const { call, close } = grpcCaller(service)
  assert.equal(await call(), null)
  assert.equal(await call(), null)
  const refused = (await call())!
  assert.equal(refused.code, 8)
  assert.match(String(refused.metadata.get('grpc-retry-pushback-ms')[0]), /^[1-6]?\d000$/)
  const ofRole = new Metadata()
  ofRole.set('authorization', await serviceTokens.authorize())
  ofRole.set('docmgr-client', 'Anonymous')
  assert.equal(await call(ofRole), null)
  const bad = new Metadata()
  bad.set('authorization', 'Service a.b.c')
  assert.equal((await call(bad))!.code, 8)
  close()

  const connect = createClient(
    DocumentService,
    createConnectTransport({ baseUrl: service.url, httpVersion: '1.1' }),
  )
  await assert.rejects(connect.documentExists({ documentId: newId() }), (error) => {
    assert.equal((error as { code: number }).code, 8)
    assert.match((error as { metadata: Headers }).metadata.get('retry-after')!, /^\d+$/)
    return true
  })
})
