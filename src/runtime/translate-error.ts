/** The one table of what technical errors mean, for every entry point: REST, gRPC, Connect, consumers of the feed, commands. */
import { DomainError, isProblem, type ProblemCode } from '../domain/errors.ts'
import { diskFull } from './disk-space.ts'

/**
 * Error codes, tested in this order. PostgreSQL: SQLSTATE, appendix A of its documentation; PgBouncer uses 08P01. Node.js:
 * errno(3), getaddrinfo(3), and "Node.js error codes". An error of a class that is not here blames the statement or its
 * values.
 */
const BY_CODE: readonly [RegExp, ProblemCode][] = [
  // query_canceled (also by statement_timeout), lock_not_available
  [/^(57014|55P03)$/, 'deadline-exceeded'],
  // Class 08 connection exception, 53 insufficient resources (disk full, out of memory, too many connections)
  [/^(08|53)\w{3}$/, 'unavailable'],
  // admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle_session_timeout; other states of a
  // connection or server: read_only_sql_transaction (failover), idle_in_transaction_session_timeout, snapshot_too_old
  [/^(57P0\d|25006|25P03|72000)$/, 'unavailable'],
  // Class 40 transaction rollback: serialization_failure, deadlock_detected, … can be repeated
  [/^40\w{3}$/, 'unavailable'],
  // Class 58 system error: external to PostgreSQL itself, such as io_error
  [/^58\w{3}$/, 'unavailable'],
  // Class 28 invalid authorization and 3D invalid catalog name: a password that is being changed, a database that is
  // being restored; 26000 and 42P05: a pooler gave the session to another server process
  [/^(28\w{3}|3D000|26000|42P05)$/, 'unavailable'],
  [/^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ENOTCONN|ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_SYSTEM)$/, 'unavailable'],
  [/^(ETIMEDOUT|ESOCKETTIMEDOUT|EHOST(UNREACH|DOWN)|ENET(UNREACH|DOWN|RESET))$/, 'unavailable'],
  // This machine: no ports, files, memory, processes or disk now
  [/^(EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS|ENOMEM|EAGAIN|ENOSPC|EDQUOT|EIO|ESTALE)$/, 'unavailable'],
  // A connection that ended within an answer
  [/^(ERR_STREAM_PREMATURE_CLOSE|ERR_SOCKET_CLOSED|UND_ERR_(SOCKET|CONNECT_TIMEOUT))$/, 'unavailable'],
  // @platformatic/kafka; its protocol errors have `canRetry`
  [/^PLT_KFK_(NETWORK|TIMEOUT)$/, 'unavailable'],
]

/**
 * Errors that kafkajs does not mark as `retriable` but that pass: names of its src/errors.js, and Kafka's names of
 * protocol errors (org.apache.kafka.common.protocol.Errors). The latter end in a group that forms again.
 */
const KAFKA =
  /^(KafkaJS(NumberOfRetriesExceeded|GroupCoordinatorNotFound|LockTimeout)|BROKER_NOT_AVAILABLE|UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION|REBALANCE_IN_PROGRESS|MEMBER_ID_REQUIRED|UNKNOWN_SERVER_ERROR|UNKNOWN)$/

/**
 * First words of Redis' error answers that pass: it loads its data, runs a script, is a replica, has lost its primary or
 * its disk, is full, or moves its slots (redis.io, "Redis serialization protocol", and src/server.c of Redis).
 */
const REDIS = /^(LOADING|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|OOM|NOREPLICAS|MISCONF|UNBLOCKED)\b/

/** Messages of pg for errors that have no code. */
const BY_MESSAGE: readonly [RegExp, ProblemCode][] = [
  [/^Query read timeout/, 'deadline-exceeded'],
  [/^(Connection (terminated|ended)|timeout expired|timeout exceeded when trying to connect)/, 'unavailable'],
  [/^(Client (was closed|has encountered a connection error)|Cannot use a pool after)/, 'unavailable'],
]

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
    const code = codeOf(cause)
    if (code === 'unavailable') {
      const disk = fullDisk(cause, server)
      if (disk !== undefined) return new DomainError(code, diskFull(disk), { cause: error })
      return new DomainError(code, `${server} cannot be reached; try again`, { cause: error })
    }
    if (code !== undefined)
      return new DomainError(code, `${server} took too long; try again`, { cause: error })
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
}

function codeOf(error: Error): ProblemCode | undefined {
  const { code, syscall, type = '', retriable, canRetry } = error as TechnicalError
  if (retriable === true || canRetry === true) return 'unavailable'
  if (KAFKA.test(error.name) || KAFKA.test(type)) return 'unavailable'
  if (error.name === 'ReplyError') return REDIS.test(error.message) ? 'unavailable' : undefined
  if (typeof code !== 'string') return find(BY_MESSAGE, error.message)
  // The Unix socket of a server that is not running.
  if (code === 'ENOENT' && syscall === 'connect') return 'unavailable'
  return find(BY_CODE, code)
}

/** Names the disk that an error says is full. */
function fullDisk(error: Error, server: string): string | undefined {
  const { code = '' } = error as NodeJS.ErrnoException
  if (code === '53100') return `the disk of ${server}`
  return ['ENOSPC', 'EDQUOT'].includes(code) ? 'the disk' : undefined
}

function find(table: readonly [RegExp, ProblemCode][], text: string): ProblemCode | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1]
}
