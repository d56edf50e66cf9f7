import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request as send } from 'node:http'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect'
import { compressionGzip, createGrpcTransport } from '@connectrpc/connect-node'
import { credentials, makeGenericClientConstructor, Metadata, type ServiceDefinition } from '@grpc/grpc-js'
import { GONE, startRpcServers, tokens, transports } from '../testing/rpc-servers.ts'
import { DocumentService } from './gen/document_pb.ts'

const raw = (bytes: Buffer): Buffer => bytes
const reflectionMethods: ServiceDefinition = {
  serverReflectionInfo: {
    path: '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    requestStream: true,
    responseStream: true,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  },
}

const USER = { id: 'u', email: 'ada@example.com', admin: false }

/** The HTTP answer to a request whose headers promise a body that never comes. */
async function answerToHeaders(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const sent = send(`${url}/document.DocumentService/DocumentExists`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 1_000, ...headers },
  })
  sent.on('error', () => {})
  sent.flushHeaders()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return answer
}

test('an unknown caller is refused by its headers, over gRPC once the message has come or should have', async () => {
  const servers = await startRpcServers('required')
  const answer = await answerToHeaders(servers.url, {})
  assert.deepEqual([answer.statusCode, answer.headers.connection], [401, 'close'])
  assert.equal((JSON.parse(String(await text(answer))) as { code: string }).code, 'unauthenticated')
  const web = await answerToHeaders(servers.url, { 'content-type': 'application/grpc-web+proto' })
  assert.deepEqual([web.statusCode, web.headers['grpc-status']], [200, '16'])
  const waiting = await answerToHeaders(servers.url, { expect: '100-continue' })
  assert.equal(waiting.statusCode, 401)
  const grpc = createClient(DocumentService, transports.grpc(servers))
  const codeOf = (documentId: string): Promise<Code | undefined> =>
    grpc.documentExists({ documentId }).then(
      () => undefined,
      (error: unknown) => ConnectError.from(error).code,
    )
  assert.equal(await codeOf(GONE), Code.Unauthenticated)
  // By the length that it begins with.
  assert.equal(await codeOf('x'.repeat(2_000_000)), Code.ResourceExhausted)
  await servers.stop()
})

for (const [protocol, transportOf] of Object.entries(transports)) {
  test(`over ${protocol}, a request of more than 64 KB is refused, and an answer may be larger`, async () => {
    const servers = await startRpcServers('required')
    const client = createClient(DocumentService, transportOf(servers))
    const headers = { authorization: `Bearer ${tokens.sign(USER)}` }
    const large = client.documentExists({ documentId: 'x'.repeat(66_000) }, { headers })
    await assert.rejects(large, (error) => ConnectError.from(error).code === Code.ResourceExhausted)
    assert.equal((await client.documentExists({ documentId: GONE }, { headers })).exists, false)
    await servers.stop()
  })
}

test('a call of an unknown caller whose message never comes is refused all the same', async () => {
  const servers = await startRpcServers('required')
  const session = connect(`http://127.0.0.1:${servers.grpc.port}`)
  const path = '/document.DocumentService/DocumentExists'
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' })
  const [headers] = (await once(stream, 'response')) as [Record<string, string>]
  assert.equal(headers['grpc-status'], String(Code.Unauthenticated))
  session.destroy()
  await servers.stop()
})

test('a compressed request is refused before it is inflated', async () => {
  const servers = await startRpcServers('open')
  for (const [type, header, encoding] of [
    ['application/json', 'content-encoding', 'gzip'],
    ['application/json', 'content-encoding', 'br'],
    ['application/connect+json', 'connect-content-encoding', 'gzip'],
  ]) {
    const answer = await answerToHeaders(servers.url, { 'content-type': type!, [header!]: encoding! })
    assert.deepEqual([answer.statusCode, answer.headers['accept-encoding']], [501, 'identity'])
  }
  const web = await answerToHeaders(servers.url, {
    'content-type': 'application/grpc-web+proto',
    'grpc-encoding': 'gzip',
  })
  assert.deepEqual([web.headers['grpc-status'], web.headers['grpc-accept-encoding']], ['12', 'identity'])
  await servers.stop()
})

test('over gRPC, what a compressed request inflates to is bounded, too', async () => {
  const servers = await startRpcServers('open')
  const transport = createGrpcTransport({
    baseUrl: `http://127.0.0.1:${servers.grpc.port}`,
    sendCompression: compressionGzip,
    compressMinBytes: 0,
  })
  const client = createClient(DocumentService, transport)
  const bomb = client.documentExists({ documentId: 'x'.repeat(40_000_000) })
  await assert.rejects(bomb, (error) => ConnectError.from(error).code === Code.ResourceExhausted)
  await servers.stop()
})

test('where tokens are required, reflection needs that of an administrator', async () => {
  const servers = await startRpcServers('required')
  const Reflection = makeGenericClientConstructor(reflectionMethods, 'ServerReflection')
  const client = new Reflection(`127.0.0.1:${servers.grpc.port}`, credentials.createInsecure())
  const codeWith = (metadata: Metadata): Promise<number> =>
    new Promise((resolve) => {
      const call = client['serverReflectionInfo']!(metadata, { deadline: Date.now() + 5_000 })
      call.on('data', () => resolve(0)).on('error', ({ code }: { code: number }) => resolve(code))
      // list_services: ""
      call.write(Buffer.from([0x3a, 0x00]))
    })
  assert.equal(await codeWith(new Metadata()), Code.Unauthenticated)
  for (const admin of [false, true]) {
    const known = new Metadata()
    known.set('authorization', `Bearer ${tokens.sign({ ...USER, admin })}`)
    assert.equal(await codeWith(known), admin ? 0 : Code.PermissionDenied)
  }
  client.close()
  await servers.stop()
})

test('an open server answers neither pages of other sites nor other names', async () => {
  const servers = await startRpcServers('open')
  const codeWith = async (transport: Transport, headers: Record<string, string>): Promise<Code | undefined> =>
    createClient(DocumentService, transport)
      .documentExists({ documentId: GONE }, { headers })
      .then(
        () => undefined,
        (error: unknown) => ConnectError.from(error).code,
      )
  for (const transportOf of Object.values(transports)) {
    assert.equal(
      await codeWith(transportOf(servers), { origin: 'http://other.example' }),
      Code.PermissionDenied,
    )
    assert.equal(
      await codeWith(transportOf(servers), { 'sec-fetch-site': 'cross-site' }),
      Code.PermissionDenied,
    )
  }
  const named = await answerToHeaders(servers.url, { host: 'other.example' })
  assert.equal(named.statusCode, 421)
  await servers.stop()
})
