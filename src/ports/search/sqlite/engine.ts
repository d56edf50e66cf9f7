import type { Logger } from '../../../runtime/logger.ts'
import type { SearchEngine } from '../engine.ts'
import type { Totals } from '../port.ts'
import type { Unfilled } from './index-file.ts'
import type { ReaderMethods, ThreadOptions, WriterMethods } from './protocol.ts'
import { openReaders } from './readers.ts'
import { createRestarted } from './restarted-thread.ts'

/** Milliseconds of one query, and of one batch: the analysis of long texts takes most of it. */
const READ_MS = 5_000
const WRITE_MS = 120_000
/** Milliseconds that the languages of the index are kept. */
const LANGUAGES_MS = 2_000
/** Documents whose versions are added up at once: some 20 ms. */
const COUNTED = 50_000

export interface OpenSqliteEngine {
  engine: SearchEngine
  /** why all documents have to be indexed, if they have to */
  unfilled: Unfilled | undefined
  markFilled(): Promise<void>
}

/**
 * The search index in a file of SQLite: one thread writes it, others read it, so that a query waits for no batch.
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
  const readers = await openReaders(
    () => createRestarted({ ...file, kind: 'reader' }, threadMs ?? READ_MS, log),
    log,
  )
  const read =
    <Name extends keyof ReaderMethods>(name: Name) =>
    (...args: Parameters<ReaderMethods[Name]>) =>
      readers.call<Awaited<ReturnType<ReaderMethods[Name]>>>(name, args)
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
    totals: () => sumTotals(read('totalsAfter')),
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
      await readers.stop()
      await writer.stop()
    },
  }
  return { engine, unfilled: writer.unfilled, markFilled: write('markFilled') }
}

/** In turns with searches, each of which could change what follows: what is added meanwhile may be counted or not. */
async function sumTotals(totalsAfter: ReaderMethods['totalsAfter']): Promise<Totals> {
  const sum = { documents: 0, versions: 0 }
  for (let after: number | undefined = 0; after !== undefined;) {
    const { documents, versions, last } = await totalsAfter(after, COUNTED)
    sum.documents += documents
    sum.versions += versions
    after = last
  }
  return sum
}
