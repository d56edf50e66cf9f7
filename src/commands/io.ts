import { setMaxListeners } from 'node:events'
import pc from 'picocolors'
import { EXIT } from './exit-codes.ts'

type Colors = ReturnType<typeof pc.createColors>

/** Input and output of a command: data goes to standard output, messages to standard error. */
export interface Io {
  /** prints a line of data */
  out(line: string): void
  /** prints data as one line of JSON */
  json(value: unknown): void
  /** prints a line for the user */
  note(line: string): void
  /** colors of standard output; none if it is not a terminal or NO_COLOR is set */
  colors: Colors
  errorColors: Colors
  /** standard error is a terminal, so a progress bar can be shown */
  interactive: boolean
  /** columns of standard output */
  width: number
  /** aborted when the command must end: by a signal or because its output was closed */
  signal: AbortSignal
  /** aborted only by a signal */
  interrupted: AbortSignal
  /** the exit code once `signal` is aborted */
  interruptionCode(): number
}

const DEFAULT_WIDTH = 80

/** The terminal sends a signal to all processes and npm forwards it: within this time it is the same signal. */
const SAME_SIGNAL_MS = 500

/** Input and output of this process. Installs handlers for signals and for a closed standard output (`| head`). */
export function createProcessIo(): Io {
  const { stdout, stderr } = process
  const ended = new AbortController()
  const interrupted = new AbortController()
  let code: number = EXIT.done
  // Every request in flight adds a listener; the warning about many listeners would be wrong.
  setMaxListeners(0, ended.signal)

  const onSignal = (signal: 'SIGINT' | 'SIGTERM', exitCode: number): void => {
    let first: number | undefined
    process.on(signal, () => {
      if (first !== undefined && performance.now() - first > SAME_SIGNAL_MS) process.exit(exitCode)
      first ??= performance.now()
      if (interrupted.signal.aborted) return
      code = exitCode
      interrupted.abort(new InterruptedError(signal))
      ended.abort(interrupted.signal.reason)
    })
  }
  onSignal('SIGINT', EXIT.interrupted)
  onSignal('SIGTERM', EXIT.terminated)

  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') code = EXIT.failed
    ended.abort(error)
  })
  stderr.on('error', () => {})

  return {
    out: (line) => void (stdout.writable && stdout.write(`${line}\n`)),
    json: (value) => void (stdout.writable && stdout.write(`${JSON.stringify(value)}\n`)),
    note: (line) => void stderr.write(`${line}\n`),
    colors: pc.createColors(pc.isColorSupported && stdout.isTTY === true),
    errorColors: pc.createColors(pc.isColorSupported && stderr.isTTY === true),
    interactive: stderr.isTTY,
    width: stdout.columns ?? DEFAULT_WIDTH,
    signal: ended.signal,
    interrupted: interrupted.signal,
    interruptionCode: () => code,
  }
}

export class InterruptedError extends Error {
  constructor(signal: string) {
    super(`stopped by ${signal}`)
    this.name = 'InterruptedError'
  }
}
