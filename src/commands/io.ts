import { setMaxListeners } from 'node:events'
import pc from 'picocolors'
import { EXIT } from './exit-codes.ts'

type Colors = ReturnType<typeof pc.createColors>

/**
 * The terminal, or whatever stands in its place: data goes to standard output, everything else to standard
 * error.
 */
export interface Io {
  /** one line of data */
  out(line: string): void
  /** data for programs, on one line */
  json(value: unknown): void
  /** one line for the person who waits */
  note(line: string): void
  /** colours of standard output; plain text where it is no terminal or NO_COLOR is set */
  colors: Colors
  errorColors: Colors
  /** a person watches standard error: a progress bar is welcome */
  interactive: boolean
  /** columns of standard output */
  width: number
  /** aborted when the command shall end: a signal, or nobody reads its output any more */
  signal: AbortSignal
  /** aborted by a signal only */
  interrupted: AbortSignal
  /** what the command ends with once `signal` is aborted */
  interruptionCode(): number
}

const DEFAULT_WIDTH = 80

/**
 * npm passes on a signal that the terminal has already sent to everyone: within this time it is the same
 * one.
 */
const SAME_SIGNAL_MS = 500

/** The process's own. Installs the handling of signals and of a closed standard output (`| head`). */
export function createProcessIo(): Io {
  const { stdout, stderr } = process
  const ended = new AbortController()
  const interrupted = new AbortController()
  let code: number = EXIT.done
  // Every request in hand listens; there is nothing to warn of.
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
    super(`ended by ${signal}`)
    this.name = 'InterruptedError'
  }
}
