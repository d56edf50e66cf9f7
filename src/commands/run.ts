import { CommanderError } from 'commander'
import { isTransient, translateError } from '../runtime/translate-error.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { InterruptedError, type Io } from './io.ts'
import { createProgram, exitCodeOfUsage } from './program.ts'

/** Runs the command line. Every failure becomes a message on standard error and an exit code. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  let work: (() => Promise<number>) | undefined
  try {
    const program = createProgram(io, (chosen) => (work = chosen))
    if (args.length === 0) program.help({ error: true })
    program.parse(args, { from: 'user' })
    return work ? await work() : EXIT.done
  } catch (error) {
    if (error instanceof CommanderError) return exitCodeOfUsage(error)
    if (io.signal.aborted) return io.interruptionCode()
    return report(error as Error, io)
  }
}

/** By name, so that the modules of the errors need not be loaded. */
const USAGE = new Set(['ConfigError'])
const UNREACHABLE = new Set(['ServiceUnreachableError'])
const NEWER_DATABASE = new Set(['NewerDatabaseError'])

function report(error: Error, io: Io): number {
  const { red, dim } = io.errorColors
  const [first, ...rest] = messageOf(error).split('\n')
  io.note(`${red('error:')} ${first}`)
  for (const line of rest) io.note(`${red('error:')} ${line}`)
  if (isBug(error) && error.stack) io.note(dim(error.stack.split('\n').slice(1).join('\n')))
  return exitCodeOf(error)
}

/** What a command ends with that fails with this error. */
export function exitCodeOf(error: Error): number {
  if (error instanceof CommandError) return error.exitCode
  if (USAGE.has(error.name)) return EXIT.usage
  if (NEWER_DATABASE.has(error.name)) return EXIT.newerDatabase
  const isUnreachable = UNREACHABLE.has(error.name) || isTransient(translateError(error))
  return isUnreachable ? EXIT.unreachable : EXIT.failed
}

/** An error without a message for the user, which is shown with its stack. */
function isBug(error: Error): boolean {
  return ['TypeError', 'ReferenceError', 'RangeError', 'AssertionError'].includes(error.name)
}

function messageOf(error: unknown): string {
  if (isTransient(error) && error.cause !== undefined) return `${error.message} (${messageOf(error.cause)})`
  if (error instanceof AggregateError && !error.message) return error.errors.map(messageOf).join('; ')
  return error instanceof Error && !(error instanceof InterruptedError) ? error.message : String(error)
}
