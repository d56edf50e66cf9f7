import { CommanderError } from 'commander'
import { isTransient, translateError } from '../runtime/translate-error.ts'
import { explainFileError } from './explain-file-error.ts'
import { CommandError, EXIT, exitCodeOf } from './exit-codes.ts'
import { InterruptedError, type Io } from './io.ts'
import type { ConfigOptions } from './options.ts'
import { withQueryArgument } from './query-argument.ts'
import { createProgram, exitCodeOfUsage } from './program.ts'

/** Runs the command line. Every failure becomes a message on standard error and an exit code. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  let work: (() => Promise<number>) | undefined
  let options: ConfigOptions = {}
  try {
    const program = createProgram(io, (chosen) => (work = chosen))
    program.hook('preAction', (_program, command) => void (options = command.opts()))
    if (args.length === 0) program.help({ error: true })
    program.parse(withQueryArgument(args), { from: 'user' })
    return work ? await work() : EXIT.done
  } catch (error) {
    if (error instanceof CommanderError) return exitCodeOfUsage(error)
    if (io.signal.aborted) return io.interruptionCode()
    return report(error as Error, await messageOf(error as Error, options), io)
  }
}

function report(error: Error, message: string, io: Io): number {
  const { red, dim } = io.errorColors
  const [first, ...rest] = message.split('\n')
  io.note(`${red('error:')} ${first}`)
  for (const line of rest) io.note(`${red('error:')} ${line}`)
  if (isBug(error) && error.stack) io.note(dim(error.stack.split('\n').slice(1).join('\n')))
  return exitCodeOf(error)
}

/** An error without a message for the user, which is shown with its stack. */
function isBug(error: Error): boolean {
  return ['TypeError', 'ReferenceError', 'RangeError', 'AssertionError'].includes(error.name)
}

/** Names of errors that say everything in their message. */
const OWN_ERRORS = ['ServiceUnreachableError', 'ApiError', 'KafkaRefusal', 'TimeoutError']

async function messageOf(error: Error, options: ConfigOptions): Promise<string> {
  const message = await sentenceOf(error, options)
  const [key] = SETTING.exec(message) ?? []
  return key === undefined
    ? message
    : (await import('./explain-unreachable.ts')).namingOrigin(message, key, options)
}

/** The setting that a message begins with, or ends with as what to check; without the place that its value comes from. */
const SETTING = /^[a-z]+\.[a-zA-Z]+(?=:| = )(?!.*\(from )|(?<=: check )[a-z]+\.[a-zA-Z]+$/

/**
 * Of a server that cannot be reached, or a path that cannot be used, the message of a driver or of node is only a part of
 * what the user needs to know.
 */
async function sentenceOf(error: Error, options: ConfigOptions): Promise<string> {
  const ofFile = await explainFileError(error)
  if (ofFile !== undefined) return ofFile
  const isOwn = error instanceof CommandError || OWN_ERRORS.includes(error.name)
  if (isOwn || !isTransient(translateError(error))) {
    if (error instanceof AggregateError && !error.message) return error.errors.map(String).join('; ')
    return error instanceof InterruptedError ? String(error) : error.message
  }
  return (await import('./explain-unreachable.ts')).explainUnreachable(error, options)
}
