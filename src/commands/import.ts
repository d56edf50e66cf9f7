import { resolve } from 'node:path'
import type { Api } from '../client/api.ts'
import { ApiError, ServiceUnreachableError } from '../client/problem.ts'
import type { Document } from '../domain/document-fields.ts'
import { canDecode } from '../extraction/encodings/decode-text.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { forEachParallel } from './for-each-parallel.ts'
import { findFiles, type FoundFile, type FoundFiles, reasonOf } from './import/find-files.ts'
import { createImporter, type Importer } from './import/import-file.ts'
import type { Io } from './io.ts'
import { type ServiceOptions } from './options.ts'
import { printable } from './printable.ts'
import { type ReadTexts, waitForTexts } from './import/wait-for-texts.ts'
import { waitUntilFound } from './import/wait-until-found.ts'
import { type Progress, startProgress } from './progress.ts'
import { waitForIndex } from './wait-for-index.ts'
import { withService } from './with-service.ts'
import { countOf } from './format-number.ts'

export interface ImportOptions extends ServiceOptions {
  createdBy?: string
  hidden?: boolean
  nameEncoding?: string
  json?: boolean
}

const CONCURRENCY = 8
/** Of documents that nobody in particular imports. */
const DEFAULT_AUTHOR = 'import@docmgr.local'

interface Tally {
  imported: number
  already: number
  bytes: number
  failed: { name: string; reason: string }[]
  created: { document: Document; name: string }[]
  texts?: ReadTexts
  /** of the uploads */
  seconds: number
}

/** Imports files, and those of folders. Files that cannot be read are reported and skipped. */
export async function importFiles(paths: readonly string[], options: ImportOptions, io: Io): Promise<number> {
  const begun = performance.now()
  checkEncoding(options.nameEncoding)
  const found: FoundFiles = { files: [], problems: [], hidden: 0 }
  for (const path of paths) {
    const { files, problems, hidden } = await find(resolve(path), options, io)
    found.files.push(...files)
    found.problems.push(...problems)
    found.hidden += hidden
  }
  const tally: Tally = { imported: 0, already: 0, bytes: 0, failed: [], created: [], seconds: 0 }
  let indexed: number = EXIT.done
  for (const problem of found.problems) fail(problem.name, problem.reason, tally, options, io)
  if (found.files.length > 0) {
    await withService(options, io, CONCURRENCY, async ({ api, service }) => {
      const caller = service.hasGivenToken ? await api.caller() : undefined
      const author = options.createdBy ?? caller?.email ?? DEFAULT_AUTHOR
      const importer = createImporter(api, author, found.files)
      const progress = startProgress(io, found.files.length, 'files')
      try {
        await forEachParallel(found.files, CONCURRENCY, io.signal, (file) =>
          importOne(file, { importer, progress, tally, options, io }),
        )
        tally.seconds = (performance.now() - begun) / 1_000
        if (tally.imported > 0) {
          progress.end()
          if (!(await isVisible(api, tally))) return reportUnseen(tally, io)
          tally.texts = await waitForTexts(api, tally.created, io)
          if (service.kind === 'embedded') indexed = await waitForIndex(api, io, { texts: false })
          else await waitUntilFound(api, awaited(tally), io)
        }
      } finally {
        progress.end()
        summarize(found, tally, options, io)
      }
    })
  } else {
    summarize(found, tally, options, io)
  }
  if (io.signal.aborted) return io.interruptionCode()
  return tally.failed.length > 0 ? EXIT.attention : indexed
}

/** @throws CommandError */
function checkEncoding(name: string | undefined): void {
  if (name === undefined || canDecode(name)) return
  throw new CommandError(
    `--name-encoding: ${printable(name)} is not known; use a name such as shift_jis, windows-1251 or cp437`,
    EXIT.usage,
  )
}

/** Who creates for others, with an API key, may not read what they have created, and so not see what becomes of it. */
const isVisible = (api: Pick<Api, 'hasDocument'>, { created }: Tally): Promise<boolean> =>
  api.hasDocument(created[0]!.document.id)

function reportUnseen({ created }: Tally, io: Io): void {
  const { yellow } = io.errorColors
  const owner = printable(created[0]!.document.created_by)
  io.note(
    `${yellow('not waited for:')} the texts and the index of these documents, which only ${owner} may read`,
  )
}

/** What searches should find: all documents but those whose texts are still to be read. */
function awaited({ created, texts }: Tally) {
  const [since] = created.map(({ document }) => document.created_at).sort() as [string]
  const createdBy = created[0]!.document.created_by
  return { createdBy, since, count: created.length - (texts?.states.pending ?? 0) }
}

async function find(
  path: string,
  { hidden = false, nameEncoding }: ImportOptions,
  io: Io,
): Promise<FoundFiles> {
  try {
    return await findFiles(path, { hidden, nameEncoding, signal: io.signal })
  } catch (error) {
    io.signal.throwIfAborted()
    throw new CommandError(`${printable(path)}: ${reasonOf(error as Error)}`)
  }
}

interface Work {
  importer: Importer
  progress: Progress
  tally: Tally
  options: ImportOptions
  io: Io
}

async function importOne(file: FoundFile, { importer, progress, tally, options, io }: Work): Promise<void> {
  try {
    const { id, created } = await importer.importFile(file)
    if (created === undefined) tally.already++
    else {
      tally.imported++
      tally.bytes += file.size
      tally.created.push({ document: created, name: file.name })
    }
    if (options.json) {
      const result = created === undefined ? 'exists already' : 'imported'
      io.json({
        file: file.name,
        id,
        result,
        ...(file.nameEncoding !== undefined && { name_encoding: file.nameEncoding }),
      })
    }
  } catch (error) {
    // Without a service, its servers or a valid token, every other file would fail too.
    if (io.signal.aborted || error instanceof ServiceUnreachableError) throw error
    if (error instanceof ApiError && [401, 403, 503].includes(error.status)) throw error
    fail(file.name, reasonOf(error as Error), tally, options, io)
  }
  progress.advance()
}

function fail(name: string, reason: string, tally: Tally, options: ImportOptions, io: Io): void {
  tally.failed.push({ name, reason })
  if (options.json) io.json({ file: name, result: 'failed', reason })
}

function summarize(found: FoundFiles, tally: Tally, options: ImportOptions, io: Io): void {
  const { imported, already, bytes, failed, texts, seconds } = tally
  const summary = {
    files: found.files.length,
    imported,
    already,
    failed: failed.length,
    hidden: found.hidden,
    bytes,
    ...(texts && { texts: { ...texts.states, failures: texts.failed } }),
  }
  if (options.json) return io.json({ ...summary, seconds: Number(seconds.toFixed(3)) })
  const { yellow } = io.errorColors
  const left = found.files.length + found.problems.length - imported - already - failed.length
  if (left > 0)
    io.note(
      `${yellow('ended early:')} ${left === 1 ? '1 file is' : `${left} files are`} left; run the same command again to import them`,
    )
  for (const { name, reason } of failed) io.note(`${yellow('not imported:')} ${printable(name)}: ${reason}`)
  reportNames(found, options, io)
  const hidden = found.hidden > 0 ? `, ${found.hidden} hidden skipped (--hidden)` : ''
  const megabytes = (bytes / 1e6).toFixed(1)
  io.out(
    `${imported} imported (${megabytes} MB), ${already} exist already, ${failed.length} not imported${hidden}; ` +
      `${seconds.toFixed(1)} s`,
  )
  if (texts) reportTexts(texts, io)
}

/** Names in another encoding than the one that was taken look wrong, or are unreadable. */
function reportNames({ files }: FoundFiles, { nameEncoding: given }: ImportOptions, io: Io): void {
  const { yellow } = io.errorColors
  for (const { name, nameEncoding } of files) {
    if (nameEncoding === undefined || nameEncoding === given) continue
    io.note(`${yellow(`name is no UTF-8, read as ${nameEncoding}:`)} ${printable(name)}`)
  }
}

/** What can be found by its words, and what only by its title and why. */
function reportTexts({ states, failed }: ReadTexts, io: Io): void {
  const { yellow } = io.errorColors
  for (const { name, reason } of failed)
    io.note(`${yellow('no text read:')} ${printable(name)}: ${printable(reason)}`)
  if (states.pending > 0)
    io.note(
      `${yellow('still being read:')} the texts of ${countOf(states.pending, 'document')}, as long as docmgr runs; ` +
        '`docmgr list --text-state pending` shows which, `docmgr text ID` what was read',
    )
  io.out(`texts: ${states.indexed} read, ${states.empty} without text, ${states.failed} not readable`)
}
