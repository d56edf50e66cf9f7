import { once, setMaxListeners } from 'node:events'
import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'
import pc from 'picocolors'
import { EXIT } from './exit-codes.ts'

type Colors = ReturnType<typeof pc.createColors>

/** Input and output of a command: data goes to standard output, messages to standard error. */
export interface Io {
  /** prints a line of data */
  out(line: string): void
  /** prints data as one line of JSON */
  json(value: unknown): void
  /** prints bytes of data; resolves when more can be printed */
  bytes(chunk: Uint8Array): Promise<void>
  /** prints a line for the user */
  note(line: string): void
  /** standard input */
  input: Readable
  /** the answer to a question on the terminal; undefined where there is no one to ask */
  ask(question: string): Promise<string | undefined>
  /** colors of standard output; none if it is not a terminal or NO_COLOR is set */
  colors: Colors
  errorColors: Colors
  /** standard output is a terminal: output is for a person and not for a program */
  isTerminal: boolean
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
  const { stdin, stdout, stderr } = process
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
    async bytes(chunk) {
      if (stdout.writable && !stdout.write(chunk)) await once(stdout, 'drain', { signal: ended.signal })
    },
    note: (line) => void stderr.write(`${line}\n`),
    get input() {
      return stdin
    },
    ask: (question) => askOnTerminal(question, ended.signal),
    colors: pc.createColors(pc.isColorSupported && stdout.isTTY === true),
    errorColors: pc.createColors(pc.isColorSupported && stderr.isTTY === true),
    isTerminal: stdout.isTTY === true,
    interactive: stderr.isTTY,
    width: stdout.columns ?? DEFAULT_WIDTH,
    signal: ended.signal,
    interrupted: interrupted.signal,
    interruptionCode: () => code,
  }
}

/** The question goes to standard error: standard output is for data. */
async function askOnTerminal(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { stdin, stderr } = process
  if (!stdin.isTTY || !stderr.isTTY) return undefined
  const terminal = createInterface({ input: stdin, output: stderr })
  // In raw mode Ctrl-C is a key; it must end the command like anywhere else.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const closed = once(terminal, 'close').then(() => '')
  try {
    return await Promise.race([terminal.question(question, { signal }), closed])
  } catch {
    signal.throwIfAborted()
    // Ctrl-D ends the input without an answer.
    return ''
  } finally {
    terminal.close()
  }
}

export class InterruptedError extends Error {
  constructor(signal: string) {
    super(`stopped by ${signal}`)
    this.name = 'InterruptedError'
  }
}
