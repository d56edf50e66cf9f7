import {
  type DeadLetterCommand,
  type LetterFilter,
  type ListedLetter,
  openDeadLetters,
} from '../app/dead-letters.ts'
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

/** `list` and `show` end with them. */
const MAX_SHOWN = 10_000
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
    const filter = { consumer, document, since }
    const letters = ids.length > 0 ? await lettersOf(opened, filter, ids) : opened.list(filter)
    return await ACTIONS[action](letters, opened, options, io)
  } finally {
    await opened.stop()
  }
}

/** @throws CommandError when there is none with one of these ids */
async function lettersOf(
  opened: DeadLetterCommand,
  filter: LetterFilter,
  ids: string[],
): Promise<ListedLetter[]> {
  const wanted = new Set(ids)
  const letters: ListedLetter[] = []
  for await (const letter of opened.list(filter)) {
    if (wanted.delete(letter.id)) letters.push(letter)
    if (wanted.size === 0) break
  }
  const [missing] = wanted
  if (missing !== undefined) throw new CommandError(`there is no dead letter ${missing}`)
  return letters
}

type Action = (
  letters: AsyncIterable<ListedLetter> | ListedLetter[],
  opened: DeadLetterCommand,
  options: DeadLettersOptions,
  io: Io,
) => Promise<number>

/** Those that fit into memory. */
async function shown(letters: Parameters<Action>[0], io: Io): Promise<ListedLetter[]> {
  const found: ListedLetter[] = []
  for await (const letter of letters) {
    if (found.length === MAX_SHOWN) {
      io.note(`there are more than ${MAX_SHOWN}: narrow them with --consumer, --document or --since`)
      break
    }
    found.push(letter)
  }
  return found
}

const list: Action = async (all, _opened, { json }, io) => {
  const letters = await shown(all, io)
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

const show: Action = async (all, _opened, { json }, io) => {
  const letters = await shown(all, io)
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
  let retried = 0
  for await (const letter of letters) {
    io.signal.throwIfAborted()
    const reason = await opened.retry(letter)
    if (reason === undefined) {
      retried++
      continue
    }
    failed.push({ id: letter.id, reason })
    io.note(`${io.errorColors.yellow('not done:')} ${letter.id}: ${printable(reason)}`)
  }
  if (json) io.json({ retried, failed })
  else io.out(`${retried} done, ${failed.length} left.`)
  return failed.length === 0 ? EXIT.done : EXIT.attention
}

const drop: Action = async (letters, opened, { json }, io) => {
  let dropped = 0
  for await (const letter of letters) {
    io.signal.throwIfAborted()
    await opened.drop(letter)
    dropped++
  }
  if (json) io.json({ dropped })
  else io.out(`${dropped} dropped.`)
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
