import { isTransient, translateError } from '../runtime/translate-error.ts'

/** Exit codes of all commands, shown by `docmgr --help`. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** as gh */
  cancelled: 2,
  attention: 3,
  unreachable: 4,
  /** as gh: a token is missing or not accepted */
  unauthenticated: 4,
  newerDatabase: 5,
  /** SIGINT: 128 + 2, by the convention of shells */
  interrupted: 130,
  /** SIGTERM: 128 + 15 */
  terminated: 143,
} as const

export const EXIT_CODES_HELP = `Exit codes:
  0    done
  1    failed
  2    wrong usage or configuration, or you answered no
  3    done, but something needs attention: doctor found a problem, import could
       not read a file, migrations are pending, documents are missing in the
       index, the connector is not running, dead letters or damages are left
  4    a service or server does not answer, or requires a token
  5    the database is newer than this program
  130  interrupted (143: terminated)`

/** A failure with a message for the user; no stack is shown. */
export class CommandError extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}

/** By name, so that the modules of the errors need not be loaded. */
const CODES: Partial<Record<string, number>> = {
  ConfigError: EXIT.usage,
  ServiceUnreachableError: EXIT.unreachable,
  NewerDatabaseError: EXIT.newerDatabase,
}

/** A gateway, or a service whose servers are away, answers with 502 to 504. */
const CODES_OF_STATUSES: Partial<Record<number, number>> = {
  401: EXIT.unauthenticated,
  502: EXIT.unreachable,
  503: EXIT.unreachable,
  504: EXIT.unreachable,
}

/** What a command ends with that fails with this error. */
export function exitCodeOf(error: Error): number {
  if (error instanceof CommandError) return error.exitCode
  const known = CODES[error.name]
  if (known !== undefined) return known
  if (error.name === 'ApiError')
    return CODES_OF_STATUSES[(error as Error & { status: number }).status] ?? EXIT.failed
  return isTransient(translateError(error)) ? EXIT.unreachable : EXIT.failed
}
