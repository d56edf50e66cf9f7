import { Readable } from 'node:stream'
import pc from 'picocolors'
import type { Io } from '../commands/io.ts'
import { runCommandLine } from '../commands/run.ts'
import { TimeoutError } from '../runtime/within.ts'

/** How a command has ended. */
export interface Outcome {
  code: number
  /** its standard output */
  output: string
  /** its standard error, without the log */
  errors: string
}

/**
 * Runs a command line in this process: for many commands that mostly wait. A service that it starts is interrupted when it is
 * ready.
 * @throws TimeoutError when the command has not ended after `limitMs` milliseconds
 */
export async function runHere(args: readonly string[], limitMs: number): Promise<Outcome> {
  const interrupt = new AbortController()
  const ended = { output: '', errors: '' }
  const out = (line: string): void => {
    ended.output += `${line}\n`
    if (line.includes('docmgr is ready')) interrupt.abort(new Error('it is ready'))
  }
  const io: Io = {
    out,
    json: (value) => out(JSON.stringify(value)),
    bytes: async () => {},
    note: (line) => void (ended.errors += `${line}\n`),
    input: Readable.from([]),
    ask: async () => undefined,
    colors: pc.createColors(false),
    errorColors: pc.createColors(false),
    isTerminal: false,
    interactive: false,
    width: 80,
    signal: interrupt.signal,
    interrupted: interrupt.signal,
    interruptionCode: () => 130,
  }
  const limit = startLimit(limitMs, `docmgr ${args.join(' ')}`)
  const code = await Promise.race([runCommandLine([...args], io), limit.over]).finally(limit.clear)
  return { code, ...ended }
}

const TICK_MS = 100

/** Counts only the time in which this process gets to run its timers: on a busy machine all of them are late. */
function startLimit(ms: number, what: string) {
  let ticks = 0
  let timer: NodeJS.Timeout
  const over = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      if (++ticks * TICK_MS >= ms) reject(new TimeoutError(ms, what))
    }, TICK_MS)
  })
  over.catch(() => {})
  return { over, clear: () => clearInterval(timer) }
}
