/** Exit codes of all commands, shown by `docmgr --help`. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  attention: 3,
  unreachable: 4,
  newerDatabase: 5,
  /** SIGINT: 128 + 2, by the convention of shells */
  interrupted: 130,
  /** SIGTERM: 128 + 15 */
  terminated: 143,
} as const

export const EXIT_CODES_HELP = `Exit codes:
  0    done
  1    failed
  2    wrong usage or configuration
  3    done, but something needs attention: doctor found a problem, import could
       not read a file, migrations are pending, documents are missing in the
       index, the connector is not running, dead letters or damages are left
  4    a service or server does not answer
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
