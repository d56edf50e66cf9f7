/** The one table of what technical errors mean, for every entry point: REST, gRPC, Connect, consumers of the feed, commands. */
import { DomainError, isProblem, type ProblemCode } from '../domain/errors.ts'
import { type Blame, blameOf, blameOfReply } from './server-errors.ts'
import { diskFull } from './disk-space.ts'
import { TimeoutError } from './within.ts'

/** Codes of Node.js: errno(3), getaddrinfo(3), "Node.js error codes", and undici's errors. Others blame the work. */
const NODE: readonly RegExp[] = [
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ENOTCONN|ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_SYSTEM)$/,
  /^(ETIMEDOUT|ESOCKETTIMEDOUT|EHOST(UNREACH|DOWN)|ENET(UNREACH|DOWN|RESET))$/,
  // This machine: no ports, files, memory, processes or disk now
  /^(EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS|ENOMEM|EAGAIN|ENOSPC|EDQUOT|EIO|EROFS|ESTALE)$/,
  // A connection that ended within an answer
  /^(ERR_STREAM_PREMATURE_CLOSE|ERR_SOCKET_CLOSED|UND_ERR_(SOCKET|CONNECT_TIMEOUT))$/,
  // A thread of this process that had too little memory, or could not begin
  /^ERR_WORKER_(OUT_OF_MEMORY|INIT_FAILED|NOT_RUNNING)$/,
]

/** The server began its answer too late. */
const SLOW = /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/

/** "X509 certificate error codes" of Node's documentation of tls, and what OpenSSL says of the protocol. */
const TLS: readonly RegExp[] = [
  /^(CERT_|CRL_|ERROR_IN_C|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|ERR_TLS_|ERR_SSL_)/,
  /^(EPROTO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/,
]

/** Of PostgreSQL, and of no errno, which begins with E. */
const SQLSTATE = /^(?:\d[\dA-Z]|F0|HV|P0|XX)[\dA-Z]{3}$/

/** Messages of pg for errors that have no code. */
const BY_MESSAGE: readonly [RegExp, Blame][] = [
  [/^Query read timeout/, 'slow'],
  [/^(Connection (terminated|ended)|timeout expired|timeout exceeded when trying to connect)/, 'passing'],
  [
    /^(The server does not support SSL connections|There was an error establishing an SSL|SASL: )/,
    'configuration',
  ],
  [/^(Client (was closed|has encountered a connection error)|Cannot use a pool after)/, 'passing'],
]

const MEANINGS = {
  passing: { code: 'unavailable', says: 'cannot be reached; try again' },
  slow: { code: 'deadline-exceeded', says: 'took too long; try again' },
  configuration: { code: 'unavailable', says: 'does not allow this, as it is set up now' },
} as const satisfies Record<Exclude<Blame, 'data'>, { code: ProblemCode; says: string }>

/** How far chains of `cause` are followed. */
const MAX_DEPTH = 5

/**
 * The DomainError that a technical error stands for: `unavailable` where a server cannot be reached, `deadline-exceeded`
 * where it is too slow. A DomainError among the causes is returned as it is. Any other error is unexpected and is
 * returned unchanged.
 * @param server names the server in the message
 */
export function translateError(error: unknown, server = 'a required server'): unknown {
  for (let cause = error, depth = 0; cause instanceof Error && depth < MAX_DEPTH; depth++) {
    if (cause instanceof DomainError) return cause
    const blame = blameFor(cause)
    if (blame === 'data') return error
    if (blame !== undefined) {
      const { code, says } = MEANINGS[blame]
      const disk = fullDisk(cause, server)
      return new DomainError(code, disk === undefined ? `${server} ${says}` : diskFull(disk), {
        cause: error,
      })
    }
    cause = cause.cause
  }
  return error
}

/** The error that a client gets. Of an unexpected error it names only the request's id. */
export function clientErrorOf(error: unknown, requestId: string): DomainError {
  const translated = translateError(error)
  if (translated instanceof DomainError) return translated
  return new DomainError('internal', `The log has more under this request id: ${requestId}`)
}

/** True when the same work can succeed later: a server cannot be reached now, or is too slow now. */
export function isTransient(error: unknown): error is DomainError {
  return isProblem(error, 'unavailable', 'deadline-exceeded')
}

interface TechnicalError extends NodeJS.ErrnoException {
  /** kafkajs: Kafka's name of a protocol error */
  type?: string
  /** kafkajs: the request may be sent again */
  retriable?: boolean
  /** @platformatic/kafka: the same */
  canRetry?: boolean
  /** @platformatic/kafka: Kafka's name of a protocol error */
  apiId?: string
  /** @platformatic/kafka: those of several partitions or brokers */
  errors?: unknown[]
}

/** What an error alone says; undefined: perhaps its cause says more. */
function blameFor(error: Error): Blame | undefined {
  const { code, syscall, message, name, retriable, canRetry } = error as TechnicalError
  // A deadline of docmgr's own says nothing of the request or event.
  if (error instanceof TimeoutError) return 'slow'
  if (retriable === true || canRetry === true) return 'passing'
  if (isRedisReply(error)) return blameOfReply(message)
  if (name.startsWith('KafkaJS') || code?.startsWith('PLT_KFK_')) return blameForKafka(error)
  if (typeof code !== 'string') return BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1]
  // The Unix socket of a server that is not running.
  if (code === 'ENOENT' && syscall === 'connect') return 'passing'
  if (SQLSTATE.test(code)) return blameOf('postgresql', code)
  if (SLOW.test(code)) return 'slow'
  if (TLS.some((pattern) => pattern.test(code))) return 'configuration'
  return NODE.some((pattern) => pattern.test(code)) ? 'passing' : undefined
}

/** The client's package is named in the adapter only, and its errors have the name `Error`. */
const isRedisReply = (error: Error): boolean =>
  ['ErrorReply', 'SimpleError', 'BlobError'].includes(error.constructor.name)

/** Errors of the clients themselves are about brokers and connections, or have the protocol error as their cause. */
function blameForKafka(error: TechnicalError): Blame | undefined {
  const { canRetry, type = error.apiId, errors = [] } = error
  if (canRetry === true) return 'passing'
  if (typeof type === 'string') return blameOf('kafka', type)
  const blames = errors.map((one) => blameForKafka(one as TechnicalError))
  if (blames.length > 0) return blames.find((blame) => blame !== 'data') ?? 'data'
  return error.cause === undefined ? 'passing' : undefined
}

/** Names the disk that an error says is full. */
function fullDisk(error: Error, server: string): string | undefined {
  const { code = '' } = error as NodeJS.ErrnoException
  if (code === '53100') return `the disk of ${server}`
  return ['ENOSPC', 'EDQUOT'].includes(code) ? 'the disk' : undefined
}
