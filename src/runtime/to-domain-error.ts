import { DomainError } from '../domain/errors.ts'

/** Codes of Node and of PostgreSQL (Appendix A, SQLSTATE) that mean: a server cannot be reached now, try again. */
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08\w{3}|57P0[123]|53[34]00|53000)$/
/** What pg says, without a code, of a connection that is lost or cannot be had in time. */
const UNREACHABLE_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end)/

/** A statement that took longer than it may, by the server's word or by pg's. */
const isTooSlow = (code: unknown, message: string): boolean =>
  code === '57014' || code === '55P03' || message.startsWith('Query read timeout')

/**
 * What an error means to the one who asked. A server that cannot be reached is `unavailable`, one that is too slow
 * `deadline-exceeded`; anything else unexpected stays as it is. For the edges: HTTP, RPC, consumers of the feed.
 */
export function toDomainError(error: unknown): unknown {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if (cause instanceof DomainError) return cause
    const { code, message } = cause as Error & { code?: unknown }
    if ((typeof code === 'string' && UNREACHABLE.test(code)) || UNREACHABLE_MESSAGE.test(message)) {
      return new DomainError('unavailable', 'a server that this needs cannot be reached now; try again', {
        cause: error,
      })
    }
    if (isTooSlow(code, message)) {
      return new DomainError('deadline-exceeded', 'the database took too long; try again', { cause: error })
    }
  }
  return error
}
