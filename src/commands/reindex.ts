import { type Failure, openReindex, type OpenReindex } from '../app/reindex.ts'
import { readTextsAgain, type TextsToRead } from '../app/read-texts-again.ts'
import type { Config } from '../config/schema.ts'
import { FolderInUseError } from '../data-folder/folder-lock.ts'
import { createLogger } from '../runtime/logger.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { countOf, formatNumber } from './format-number.ts'
import type { Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'
import { printable } from './printable.ts'
import { startProgress } from './progress.ts'

/** Maximum number of failures in the output of --json; standard error has all of them. */
const MAX_LISTED = 1_000

export interface ReindexOptions extends ConfigOptions {
  /** only compare */
  check?: boolean
  /** no comparison: these texts are read again */
  text?: TextsToRead
  json?: boolean
}

/** Compares the search index with the database, and indexes missing and older documents again. */
export async function reindex(options: ReindexOptions, io: Io): Promise<number> {
  const { config } = await configOf(options)
  if (options.text !== undefined) return readAgain(config, options.text, options, io)
  const { check = false } = options
  const opened = await openReindex(config, {
    log: createLogger({ level: 'fatal' }),
    signal: io.signal,
    check,
  }).catch(explain)
  try {
    io.signal.throwIfAborted()
    return check ? await compare(opened, options, io) : await indexAgain(opened, options, io)
  } finally {
    await opened.stop()
  }
}

async function compare(opened: OpenReindex, { json }: ReindexOptions, io: Io): Promise<number> {
  const result = await withProgress(opened, io, opened.compare)
  const { compared, missing, older } = result
  const isOutdated = missing + older > 0
  if (json) io.json({ ...result, indexed: 0, failed: [], failures: 0 })
  else if (isOutdated) {
    const what = `${formatNumber(missing)} missing, ${formatNumber(older)} older`
    io.out(`${documents(compared)} compared: ${what}: run \`docmgr reindex\`.`)
  } else io.out(`${documents(compared)} compared: the index is up to date.`)
  return isOutdated ? EXIT.attention : EXIT.done
}

async function indexAgain(opened: OpenReindex, { json }: ReindexOptions, io: Io): Promise<number> {
  const failures: Failure[] = []
  const onFailure = (failure: Failure): void => {
    if (failures.length < MAX_LISTED) failures.push(failure)
    io.note(`${io.errorColors.yellow('not indexed:')} ${failure.id}: ${printable(failure.reason)}`)
  }
  const { failed, ...result } = await withProgress(opened, io, (onProgress) =>
    opened.run(onProgress, onFailure),
  )
  if (json) io.json({ ...result, failed: failures, failures: failed })
  else {
    const { compared, missing, older, indexed } = result
    const why = `${formatNumber(missing)} were missing, ${formatNumber(older)} older`
    io.out(
      `${documents(compared)} compared: ${formatNumber(indexed)} indexed again (${why}), ${formatNumber(failed)} failed.`,
    )
  }
  return failed > 0 ? EXIT.attention : EXIT.done
}

async function readAgain(
  config: Config,
  texts: TextsToRead,
  { json }: ReindexOptions,
  io: Io,
): Promise<number> {
  const log = createLogger({ level: 'fatal' })
  const queued = await readTextsAgain(config, texts, { log, signal: io.signal })
  if (json) io.json({ queued })
  else io.out(`${documents(queued)} queued: the service reads their texts, or will once it runs.`)
  return EXIT.done
}

async function withProgress<T>(
  opened: OpenReindex,
  io: Io,
  work: (onProgress: (documents: number) => void) => Promise<T>,
): Promise<T> {
  const total = io.interactive ? ((await opened.total()) ?? 0) : 0
  const progress = startProgress(io, total, 'documents')
  try {
    return await work((documents) => progress.advance(documents))
  } finally {
    progress.end()
  }
}

function explain(error: unknown): never {
  if (error instanceof FolderInUseError) {
    const why = 'which has the database or the contents open'
    throw new CommandError(`stop process ${error.pid} first, ${why} in ${error.folder}`)
  }
  throw error
}

const documents = (count: number): string => countOf(count, 'document')
