import { DomainError } from '../../../domain/errors.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { TimeoutError } from '../../../runtime/within.ts'
import type { SearchEngine } from '../engine.ts'
import { startThread, type Thread } from '../thread.ts'
import { translateSqliteError, translateStartError } from './errors.ts'
import type { Unfilled } from './index-file.ts'
import type { ReaderMethods, Ready, ThreadOptions, WriterMethods } from './protocol.ts'

/** Milliseconds of one query, and of one batch: the analysis of long texts takes most of it. */
const READ_MS = 5_000
const WRITE_MS = 120_000
/** Milliseconds that the languages of the index are kept. */
const LANGUAGES_MS = 2_000
/** Threads of one kind that did not answer in time and have not ended yet. */
const MAX_ABANDONED = 2

export interface OpenSqliteEngine {
  engine: SearchEngine
  /** why all documents have to be indexed, if they have to */
  unfilled: Unfilled | undefined
  markFilled(): Promise<void>
}

/**
 * The search index in a file of SQLite: one thread writes it, another reads it, so that a query waits for no batch.
 * @param file its path; `-wal` and `-shm` files are beside it
 * @param threadMs milliseconds of one query, and of one batch
 * @throws when the file cannot be opened
 */
export async function openSqliteEngine(
  file: Pick<ThreadOptions, 'path' | 'isAlone' | 'databaseId'>,
  log: Logger,
  threadMs?: number,
): Promise<OpenSqliteEngine> {
  const writer = await createRestarted({ ...file, kind: 'writer' }, threadMs ?? WRITE_MS, log)
  const reader = await createRestarted({ ...file, kind: 'reader' }, threadMs ?? READ_MS, log)
  const read =
    <Name extends keyof ReaderMethods>(name: Name) =>
    (...args: Parameters<ReaderMethods[Name]>) =>
      reader.call<Awaited<ReturnType<ReaderMethods[Name]>>>(name, args)
  const write =
    <Name extends keyof WriterMethods>(name: Name) =>
    (...args: Parameters<WriterMethods[Name]>) =>
      writer.call<Awaited<ReturnType<WriterMethods[Name]>>>(name, args)

  let languages = { at: -Infinity, known: Promise.resolve<readonly string[]>([]) }

  const engine: SearchEngine = {
    index: write('index'),
    forget: write('forget'),
    versions: read('versions'),
    stored: read('stored'),
    list: read('list'),
    languages() {
      const now = performance.now()
      if (now - languages.at > LANGUAGES_MS) languages = { at: now, known: read('languages')() }
      return languages.known
    },
    similarWords: read('similarWords'),
    search: read('search'),
    exists: read('exists'),
    titles: read('titles'),
    wordsWithPrefix: read('wordsWithPrefix'),
    countValues: read('countValues'),
    check: read('check'),
    async stop() {
      await reader.stop()
      await writer.stop()
    },
  }
  return { engine, unfilled: writer.unfilled, markFilled: write('markFilled') }
}

const noAnswer = (cause?: Error): DomainError =>
  new DomainError('unavailable', 'the search index does not answer; try again', { cause })

/** A thread that is started again when it has ended, or does not answer in time. */
async function createRestarted(options: Omit<ThreadOptions, 'isFirst'>, timeoutMs: number, log: Logger) {
  const start = (isFirst: boolean) =>
    startThread<Ready>('sqlite/index.worker.js', { ...options, isFirst } satisfies ThreadOptions)
  let thread = await start(true)
  let starting: Promise<Thread<Ready>> | undefined
  let abandoned: Thread<Ready>[] = []
  let stopped = false

  async function running(): Promise<Thread<Ready>> {
    if (!thread.ended && !abandoned.includes(thread)) return thread
    abandoned = abandoned.filter(({ ended }) => !ended)
    if (stopped || abandoned.length > MAX_ABANDONED) throw noAnswer()
    starting ??= start(false).finally(() => (starting = undefined))
    return (thread = await starting)
  }

  return {
    unfilled: thread.ready.unfilled,
    async call<Result>(method: string, args: unknown[]): Promise<Result> {
      const used = await running().catch((error: unknown) => {
        throw translateStartError(error)
      })
      try {
        return await used.call<Result>(method, args, timeoutMs)
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw translateSqliteError(error)
        // A statement cannot be interrupted: its thread ends after it. What a writer has committed of a batch is kept.
        if (!abandoned.includes(used)) {
          log.warn({ method, timeoutMs }, `a ${options.kind} of the search index did not answer in time`)
          abandoned.push(used)
          void used.stop()
        }
        throw options.kind === 'reader' ? translateSqliteError(error) : noAnswer(error)
      }
    },
    async stop(): Promise<void> {
      stopped = true
      await thread.stop()
    },
  }
}
