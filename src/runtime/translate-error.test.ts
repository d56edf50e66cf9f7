import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node'
import { testAuthenticator } from '../testing/authenticator.ts'
import { createTokens } from '../auth/tokens.ts'
import { EXIT } from '../commands/exit-codes.ts'
import { exitCodeOf } from '../commands/exit-codes.ts'
import type { ChangeEvent } from '../domain/change.ts'
import { DomainError, type ProblemCode } from '../domain/errors.ts'
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
import { systemClock } from './clock.ts'
import { createUuidV7 } from './ids.ts'
import { silentLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { noLimits } from '../testing/no-limits.ts'
import { testGuard } from '../testing/test-guard.ts'

const withCode = (code: string, message = 'failed'): Error => Object.assign(new Error(message), { code })

const UNAVAILABLE = [
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ],
  // Not in the table: retried with attention.
  ...['99999', 'XX999', '0A000', '55006', 'XX000'],
  // The operator's: rights, tables of another version.
  ...['42501', '42P01', '42703', '3F000', 'F0000'],
  ...['08000', '08006', '53000', '53100', '53300', '53400', '57P01', '57P02', '57P03', '57P05', '25006'],
  ...['40001', '40003', '40P01', '25P03', '58030', '28P01', '3D000', '26000', '57P04', '08P01'],
  ...['EADDRNOTAVAIL', 'EMFILE', 'ENOMEM', 'EAGAIN', 'ENOSPC', 'EDQUOT', 'EIO'],
  ...['ERR_STREAM_PREMATURE_CLOSE', 'PLT_KFK_NETWORK', 'PLT_KFK_TIMEOUT'],
]
/** Answers of Redis that pass, and one that does not. */
const REDIS = [
  'LOADING Redis is loading the dataset in memory',
  'BUSY Redis is busy running a script.',
  "READONLY You can't write against a read only replica.",
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  'CLUSTERDOWN The cluster is down',
  'TRYAGAIN Multiple keys request during rehashing of slot',
  "OOM command not allowed when used memory > 'maxmemory'.",
  'NOREPLICAS Not enough good replicas to write.',
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
  'EXECABORT Transaction discarded because of previous errors.',
  'NOPERM this user has no permissions to run the command',
  'FUTURE an answer of a later version',
]
const named = (name: string, fields: object = {}): Error =>
  Object.assign(new Error('failed'), { name }, fields)
const UNAVAILABLE_MESSAGES = [
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
]

const CASES: [name: string, error: Error, code: ProblemCode][] = [
  ...UNAVAILABLE.map((code): [string, Error, ProblemCode] => [code, withCode(code), 'unavailable']),
  ...UNAVAILABLE_MESSAGES.map((text): [string, Error, ProblemCode] => [text, new Error(text), 'unavailable']),
  ['ENOENT of a socket', Object.assign(withCode('ENOENT'), { syscall: 'connect' }), 'unavailable'],
  ['57014', withCode('57014'), 'deadline-exceeded'],
  ['55P03', withCode('55P03'), 'deadline-exceeded'],
  ['Query read timeout', new Error('Query read timeout'), 'deadline-exceeded'],
  ['a cause', new Error('wrapped', { cause: withCode('EAI_AGAIN') }), 'unavailable'],
  [
    'a DomainError among the causes',
    new Error('wrapped', { cause: new DomainError('deadline-exceeded', 'late') }),
    'deadline-exceeded',
  ],
  ['ENOENT of a file', Object.assign(withCode('ENOENT'), { syscall: 'open' }), 'internal'],
  ['23505', withCode('23505'), 'internal'],
  ['22021', withCode('22021'), 'internal'],
  ...REDIS.map((text): [string, Error, ProblemCode] => [
    text,
    Object.assign(new Error(text), { name: 'ReplyError' }),
    'unavailable',
  ]),
  ['WRONGTYPE', Object.assign(new Error('WRONGTYPE Operation'), { name: 'ReplyError' }), 'internal'],
  ['a retriable error of kafkajs', named('KafkaJSProtocolError', { retriable: true }), 'unavailable'],
  ['KafkaJSNumberOfRetriesExceeded', named('KafkaJSNumberOfRetriesExceeded'), 'unavailable'],
  ['REBALANCE_IN_PROGRESS', named('KafkaJSProtocolError', { type: 'REBALANCE_IN_PROGRESS' }), 'unavailable'],
  [
    'an unknown protocol error',
    named('KafkaJSProtocolError', { type: 'A_LATER_ERROR', retriable: false }),
    'unavailable',
  ],
  [
    'a missing right in Kafka',
    named('KafkaJSProtocolError', { type: 'TOPIC_AUTHORIZATION_FAILED', retriable: false }),
    'unavailable',
  ],
  [
    'the data behind an error of kafkajs',
    Object.assign(new Error('failed', { cause: named('KafkaJSProtocolError', { type: 'INVALID_RECORD' }) }), {
      name: 'KafkaJSNonRetriableError',
    }),
    'internal',
  ],
  [
    'errors of several partitions, one of which passes',
    named('ResponseError', {
      code: 'PLT_KFK_RESPONSE',
      errors: [
        { apiId: 'MESSAGE_TOO_LARGE', canRetry: false },
        { apiId: 'NOT_LEADER_OR_FOLLOWER', canRetry: true },
      ],
    }),
    'unavailable',
  ],
  ['54000', withCode('54000'), 'internal'],
  ['P0001', withCode('P0001'), 'internal'],
  ['EPERM, which is no SQLSTATE', withCode('EPERM'), 'internal'],
  ['MESSAGE_TOO_LARGE', named('KafkaJSProtocolError', { type: 'MESSAGE_TOO_LARGE' }), 'internal'],
  ['a retriable error of @platformatic/kafka', named('ProtocolError', { canRetry: true }), 'unavailable'],
  ['an unexpected error', new Error('the password is hunter2'), 'internal'],
]

/** What every handler below throws. */
let thrown: Error
const fail = async (): Promise<never> => {
  throw thrown
}
const role: Documents = {
  get: fail,
  exists: fail,
  access: fail,
  updateStatus: fail,
  check: fail,
  stop: async () => {},
}

let http: HttpListener
let grpc: GrpcServer

before(async () => {
  const tokens = createTokens(
    { secret: 'a secret for tests, 32 bytes long', issuer: 'i', audience: 'a', lifetime: 60 },
    systemClock,
  )
  const metrics = createMetrics()
  const options = {
    handlers: createDocumentService(role),
    authenticator: testAuthenticator('open', tokens),
    guard: testGuard(),
    limits: noLimits,
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
  const app = createApp([endpoint], {
    ...options,
    origins: [],
    metrics: createHttpMetrics(metrics),
    raw: createConnectHandler(options),
  })
  http = await listen({ setting: 'test', host: '127.0.0.1', port: 0, handler: app.callback() })
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

test('REST answers a technical error with the problem that it stands for', async () => {
  await checkAll(
    async () => {
      const response = await fetch(`${http.url}/fail`)
      const { type } = (await response.json()) as { type: string }
      return [response.status, type]
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
