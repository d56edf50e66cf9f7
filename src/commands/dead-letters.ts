import { type DeadLetterCommand, type ListedLetter, openDeadLetters } from '../app/dead-letters.ts'
import { createLogger } from '../runtime/logger.ts'
import type { DeadLetterAction } from './dead-letters/actions.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

export interface DeadLettersOptions extends ConfigOptions {
  consumer?: string
  document?: string
  since?: string
  all?: boolean
  json?: boolean
}

/** Letters that one run handles; another run handles the next ones. */
const MAX_LETTERS = 10_000
const MAX_ERROR_CHARS = 100

/** Lists, shows, retries and drops the events that a consumer could not process. */
export async function deadLetters(
  action: DeadLetterAction,
  ids: string[],
  options: DeadLettersOptions,
  io: Io,
): Promise<number> {
  const hasFilter = [options.consumer, options.document, options.since].some((one) => one !== undefined)
  if (action !== 'list' && ids.length === 0 && !options.all && !(hasFilter && action !== 'show')) {
    throw new CommandError(`${action}: name the ids of letters, or --all`, EXIT.usage)
  }
  const since = options.since === undefined ? undefined : timeOf(options.since)
  const { config } = await configOf(options)
  const opened = await openDeadLetters(config, {
    log: createLogger({ level: 'fatal' }),
    signal: io.signal,
    forRetry: action === 'retry',
  })
  try {
    io.signal.throwIfAborted()
    const { consumer, document } = options
    const letters = await lettersOf(opened, { consumer, document, since }, ids)
    return await ACTIONS[action](letters, opened, options, io)
  } finally {
    await opened.stop()
  }
}

async function lettersOf(
  opened: DeadLetterCommand,
  filter: Parameters<DeadLetterCommand['list']>[0],
  ids: string[],
): Promise<ListedLetter[]> {
  const wanted = new Set(ids)
  const letters: ListedLetter[] = []
  for await (const letter of opened.list(filter)) {
    if (ids.length > 0 && !wanted.delete(letter.id)) continue
    if (letters.push(letter) === MAX_LETTERS) break
  }
  const [missing] = wanted
  if (missing !== undefined) throw new CommandError(`there is no dead letter ${missing}`)
  return letters
}

type Action = (
  letters: ListedLetter[],
  opened: DeadLetterCommand,
  options: DeadLettersOptions,
  io: Io,
) => Promise<number>

const list: Action = async (letters, _opened, { json }, io) => {
  if (json) io.json({ count: letters.length, letters: letters.map(({ event: _, ...letter }) => letter) })
  else if (letters.length === 0) io.out('There are no dead letters.')
  else {
    const rows = letters.map(({ id, recordedAt, document = '-', error }) => [
      recordedAt,
      document,
      printable(error.split('\n', 1)[0]!).slice(0, MAX_ERROR_CHARS),
      id,
    ])
    for (const line of table([['failed at', 'document', 'error', 'id'], ...rows])) io.out(line)
  }
  return letters.length === 0 ? EXIT.done : EXIT.attention
}

const show: Action = async (letters, _opened, { json }, io) => {
  if (json) io.json({ letters })
  else {
    for (const { id, document, recordedAt, error, event, record } of letters) {
      io.out(`${io.colors.bold(id)}  failed at ${recordedAt}${document ? `, document ${document}` : ''}`)
      for (const line of error.split('\n')) io.out(`  ${printable(line)}`)
      io.out(JSON.stringify(event ?? record, undefined, 2))
    }
  }
  return EXIT.done
}

const retry: Action = async (letters, opened, { json }, io) => {
  const failed: { id: string; reason: string }[] = []
  for (const letter of letters) {
    io.signal.throwIfAborted()
    const reason = await opened.retry(letter)
    if (reason === undefined) continue
    failed.push({ id: letter.id, reason })
    io.note(`${io.errorColors.yellow('not done:')} ${letter.id}: ${printable(reason)}`)
  }
  const retried = letters.length - failed.length
  if (json) io.json({ retried, failed })
  else io.out(`${retried} done, ${failed.length} left.`)
  return failed.length === 0 ? EXIT.done : EXIT.attention
}

const drop: Action = async (letters, opened, { json }, io) => {
  for (const letter of letters) {
    io.signal.throwIfAborted()
    await opened.drop(letter)
  }
  if (json) io.json({ dropped: letters.length })
  else io.out(`${letters.length} dropped.`)
  return EXIT.done
}

const ACTIONS: Record<DeadLetterAction, Action> = { list, show, retry, drop }

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A time in ISO 8601, or an age such as 90m. */
function timeOf(text: string): Date {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const time = unit === undefined ? Date.parse(text) : Date.now() - Number(count) * UNIT_MS[unit]!
  if (!Number.isNaN(time)) return new Date(time)
  throw new CommandError(
    `--since ${text}: must be an age such as 90m, 24h or 7d, or a time such as 2026-03-01T10:00:00Z`,
    EXIT.usage,
  )
}
