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
  if (!(error instanceof Error)) return typeof error === 'string' ? withoutSecrets(error) : error
  const { name, message, stack, code, cause } = error as Error & { code?: unknown }
  return {
    type: name,
    message: withoutSecrets(message),
    code,
    stack: stack && withoutSecrets(stack),
    ...(cause !== undefined && { cause: describeError(cause) }),
  }
}

/** Passwords in URLs, tokens (RFC 6750, RFC 7519), and values of parameters and settings that are secret by their names. */
const SECRETS: readonly [RegExp, string][] = [
  [/(\/\/[^\s/:@]*:)[^\s/@]+@/g, '$1[hidden]@'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [hidden]'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[hidden]'],
  [
    /\b(\w*(?:token|ticket|password|secret|signature_data|access_?key)["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi,
    '$1[hidden]',
  ],
]

/** A text of a library, such as the message of an error, without what could be a secret. */
function withoutSecrets(text: string): string {
  return SECRETS.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text)
}

/** Logs nothing; for tests and short-lived commands. */
export const silentLogger: Logger = pino({ level: 'silent' })
