/** The one table of what technical errors mean. Every edge uses it: REST, gRPC, Connect, consumers of the feed, commands. */
import { DomainError, isProblem, type ProblemCode } from '../domain/errors.ts'

/** Error codes of Node.js and PostgreSQL (SQLSTATE, appendix A of its documentation), tested in this order. */
const BY_CODE: readonly [RegExp, ProblemCode][] = [
  // query_canceled (also by statement_timeout), lock_not_available
  [/^(57014|55P03)$/, 'deadline-exceeded'],
  // connection_exception, insufficient_resources, admin_shutdown and its kind, read_only_sql_transaction (failover)
  [/^(08\w{3}|53\w{3}|57P0\d|25006)$/, 'unavailable'],
  // serialization_failure, deadlock_detected: the transaction was rolled back and can be repeated
  [/^40(001|P01)$/, 'unavailable'],
  [/^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/, 'unavailable'],
  [/^(EHOST(UNREACH|DOWN)|ENET(UNREACH|DOWN))$/, 'unavailable'],
]

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
      return new DomainError(code, `${server} cannot be reached; try again`, { cause: error })
    }
    if (code !== undefined)
      return new DomainError(code, `${server} took too long; try again`, { cause: error })
    cause = cause.cause
  }
  return error
}

/** True when the same work can succeed later: a server cannot be reached now, or is too slow now. */
export function isTransient(error: unknown): error is DomainError {
  return isProblem(error, 'unavailable', 'deadline-exceeded')
}

function codeOf(error: Error): ProblemCode | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (typeof code !== 'string') return find(BY_MESSAGE, error.message)
  // The Unix socket of a server that is not running.
  if (code === 'ENOENT' && syscall === 'connect') return 'unavailable'
  return find(BY_CODE, code)
}

function find(table: readonly [RegExp, ProblemCode][], text: string): ProblemCode | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1]
}
