import { type Logger, destination as openDestination, pino, stdTimeFunctions } from 'pino'

export type { Logger }

export interface LogOptions {
  level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  /** Defaults to standard error, so that standard output stays free for data. */
  destination?: { write(line: string): void }
}

/** Logs JSON lines; secrets in logged headers or configuration are replaced. */
export function createLogger({ level, destination }: LogOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['*.authorization', '*.cookie', '*.password', '*.secret', '*.token'],
        censor: '[hidden]',
      },
    },
    destination ?? openDestination({ dest: 2, sync: false }),
  )
}

/** The useful properties of an error; errors of drivers also have their connection, with its password. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, stack, code, cause } = error as Error & { code?: unknown }
  return { type: name, message, code, stack, ...(cause !== undefined && { cause: describeError(cause) }) }
}

/** Logs nothing; for tests and short-lived commands. */
export const silentLogger: Logger = pino({ level: 'silent' })
