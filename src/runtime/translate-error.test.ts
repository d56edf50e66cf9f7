import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node'
import { testAuthenticator } from '../testing/authenticator.ts'
import { createTokens } from '../auth/tokens.ts'
import { EXIT } from '../commands/exit-codes.ts'
import { exitCodeOf } from '../commands/exit-codes.ts'
import type { ChangeEvent } from '../domain/change.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { createApp, createHttpMetrics } from '../http/create-app.ts'
import { defineEndpoint } from '../http/endpoint.ts'
import { type HttpListener, listen } from '../http/listen.ts'
import { ConsumerRunner } from '../ports/changes/delivery/consumer-runner.ts'
import type { Documents } from '../ports/documents/port.ts'
import { createRpcMetrics } from '../rpc/call-pipeline.ts'
import { createConnectHandler } from '../rpc/connect.ts'
import { createDocumentService } from '../ports/documents/service.ts'
import { DocumentService } from '../rpc/gen/document_pb.ts'
import { type GrpcServer, startGrpcServer } from '../rpc/server.ts'
import { recordingConsumer } from '../testing/changes.ts'
import { TECHNICAL_ERRORS as CASES } from '../testing/technical-errors.ts'
import { createEventEdges } from '../testing/event-edges.ts'
import { rawUpgrade } from '../testing/raw-upgrade.ts'
import { systemClock } from './clock.ts'
import { createUuidV7 } from './ids.ts'
import { silentLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { noLimits } from '../testing/no-limits.ts'
import { testGuard } from '../testing/test-guard.ts'

/** What every handler below throws. */
let thrown: Error
const fail = async (): Promise<never> => {
  throw thrown
}
const role: Documents = {
  get: fail,
  exists: fail,
  access: fail,
  recordRefusal: fail,
  announce: fail,
  updateStatus: fail,
  check: fail,
  stop: async () => {},
}

let http: HttpListener
let authorization: string
let grpc: GrpcServer

before(async () => {
  const tokens = createTokens(
    { secret: 'a secret for tests, 32 bytes long', issuer: 'i', audience: 'a', lifetime: 60 },
    systemClock,
  )
  authorization = `Bearer ${tokens.sign({ id: 'ada', email: 'ada@example.com', admin: false })}`
  const metrics = createMetrics()
  const options = {
    handlers: createDocumentService(role),
    authenticator: testAuthenticator('open', tokens),
    guard: testGuard(),
    limits: noLimits,
    refusals: { record() {} },
    log: silentLogger,
    metrics: createRpcMetrics(metrics),
    newId: createUuidV7(),
    trustedProxies: [],
  }
  const endpoint = defineEndpoint({
    method: 'GET',
    path: '/fail',
    operationId: 'fail',
    summary: 'Fails',
    policy: 'list',
    responses: {},
    handle: fail,
  })
  const { upgrade, events } = createEventEdges(fail, options)
  const app = createApp([endpoint, events], {
    ...options,
    origins: [],
    metrics: createHttpMetrics(metrics),
    raw: createConnectHandler(options),
  })
  http = await listen({ setting: 'test', host: '127.0.0.1', port: 0, handler: app.callback(), upgrade })
  grpc = await startGrpcServer({ ...options, host: '127.0.0.1', port: 0 })
})

after(async () => {
  await grpc.stop(500)
  await http.close(500)
})

type Meets = (error: Error) => Promise<unknown>

/** Compares what an edge makes of each case with `expected`. */
async function checkAll(meet: Meets, expected: (code: ProblemCode) => unknown): Promise<void> {
  const results: [string, unknown][] = []
  for (const [name, error] of CASES) {
    thrown = error
    results.push([name, await meet(error)])
  }
  assert.deepEqual(
    results,
    CASES.map(([name, , code]) => [name, expected(code)]),
  )
}

async function problemOverRpc(transport: Transport): Promise<unknown> {
  const call = createClient(DocumentService, transport).getDocument({ documentId: createUuidV7()() })
  const failure = await call.then(() => undefined, ConnectError.from)
  return [failure?.code, failure?.metadata.get('docmgr-problem')]
}

const STATUS: Partial<Record<ProblemCode, [http: number, rpc: Code]>> = {
  unavailable: [503, Code.Unavailable],
  'deadline-exceeded': [504, Code.DeadlineExceeded],
  internal: [500, Code.Internal],
}

for (const [edge, path] of [
  ['REST', '/fail'],
  ['an event stream', '/events'],
]) {
  test(`${edge} answers a technical error with the problem that it stands for`, async () => {
    await checkAll(
      async () => {
        const response = await fetch(`${http.url}${path}`)
        const { type } = (await response.json()) as { type: string }
        return [response.status, type]
      },
      (code) => [STATUS[code]![0], `urn:docmgr:problem:${code}`],
    )
  })
}

test('a request for a WebSocket is answered with the same problem', async () => {
  await checkAll(
    async () => {
      const { status, text } = await rawUpgrade(`${http.url}/ws`, { authorization })
      return [status, (JSON.parse(text) as { type: string }).type]
    },
    (code) => [STATUS[code]![0], `urn:docmgr:problem:${code}`],
  )
})

test('Connect answers a technical error with the same problem', async () => {
  const transport = createConnectTransport({ baseUrl: http.url, httpVersion: '1.1' })
  await checkAll(
    () => problemOverRpc(transport),
    (code) => [STATUS[code]![1], code],
  )
})

test('gRPC answers a technical error with the same problem', async () => {
  const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${grpc.port}` })
  await checkAll(
    () => problemOverRpc(transport),
    (code) => [STATUS[code]![1], code],
  )
})

test('a command ends with the exit code for unreachable servers where the error is transient', async () => {
  await checkAll(
    async (error) => exitCodeOf(error),
    (code) => (code === 'internal' ? EXIT.failed : EXIT.unreachable),
  )
})

test('a consumer is called again after a transient error, and any other one leads to the dead letters', async () => {
  const results = await Promise.all(CASES.map(([, error]) => deadLettersAfter(error)))
  assert.deepEqual(
    results,
    CASES.map(([, , code]) => (code === 'internal' ? ['1'] : [])),
  )
})

/** The keys of the dead letters after an event has failed three times, which is as often as it is tried. */
async function deadLettersAfter(error: Error): Promise<string[]> {
  let failures = 0
  const deadLetters: string[] = []
  const runner = new ConsumerRunner({
    consumer: recordingConsumer({
      before() {
        if (failures++ < 3) throw error
      },
    }),
    deadLetters: { add: async (_, { key }) => void deadLetters.push(key) },
    log: silentLogger,
    signal: new AbortController().signal,
  })
  await runner.run([{ key: '1', position: '1', topic: 'cdc.documents', value: {} } as unknown as ChangeEvent])
  return deadLetters
}
