import { DomainError, type ProblemCode } from '../domain/errors.ts'
import { commandError } from '../ports/cache/redis-client.ts'
import { TimeoutError } from '../runtime/within.ts'

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
  ...['ERR_STREAM_PREMATURE_CLOSE', 'PLT_KFK_NETWORK', 'PLT_KFK_TIMEOUT', 'ERR_WORKER_OUT_OF_MEMORY'],
  // TLS: a certificate that has expired, is not known or is another host's
  ...[
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ],
  ...[
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'EPROTO',
  ],
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
  'ERR max number of clients reached',
  'ERR invalid password',
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
  'The server does not support SSL connections',
  'There was an error establishing an SSL connection',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
]

/** Errors of clients and of Node.js, and the problems that they stand for. */
export const TECHNICAL_ERRORS: [name: string, error: Error, code: ProblemCode][] = [
  ...UNAVAILABLE.map((code): [string, Error, ProblemCode] => [code, withCode(code), 'unavailable']),
  ...UNAVAILABLE_MESSAGES.map((text): [string, Error, ProblemCode] => [text, new Error(text), 'unavailable']),
  ['ENOENT of a socket', Object.assign(withCode('ENOENT'), { syscall: 'connect' }), 'unavailable'],
  ['57014', withCode('57014'), 'deadline-exceeded'],
  ['55P03', withCode('55P03'), 'deadline-exceeded'],
  ['Query read timeout', new Error('Query read timeout'), 'deadline-exceeded'],
  ['a deadline of docmgr', new TimeoutError(1_000, 'an answer'), 'deadline-exceeded'],
  ['a cause', new Error('wrapped', { cause: withCode('EAI_AGAIN') }), 'unavailable'],
  [
    'a DomainError among the causes',
    new Error('wrapped', { cause: new DomainError('deadline-exceeded', 'late') }),
    'deadline-exceeded',
  ],
  ['ENOENT of a file', Object.assign(withCode('ENOENT'), { syscall: 'open' }), 'internal'],
  ['23505', withCode('23505'), 'internal'],
  ['22021', withCode('22021'), 'internal'],
  ...REDIS.map((text): [string, Error, ProblemCode] => [text, commandError(text), 'unavailable']),
  ['WRONGTYPE', commandError('WRONGTYPE Operation'), 'internal'],
  ['UND_ERR_HEADERS_TIMEOUT', withCode('UND_ERR_HEADERS_TIMEOUT'), 'deadline-exceeded'],
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
