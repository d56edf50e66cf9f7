import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from '@photostructure/sqlite'
import { DAMAGED } from './file-state.ts'
import { SCHEMA, SCHEMA_VERSION } from './schema.ts'

export type IndexFile = InstanceType<typeof DatabaseSync>
export type Statement = ReturnType<IndexFile['prepare']>

/** Milliseconds that a statement waits for the lock of another connection, such as a reader at a checkpoint. */
const BUSY_TIMEOUT_MS = 5_000

/** Bytes that the log beside the file keeps after a large batch. */
const MAX_LOG_BYTES = 16_777_216

/** Why an index file lacks documents that no event will bring: it was replaced by an empty one and is not filled yet. */
export type Unfilled =
  'is new' | 'is of another version' | 'is of another database' | 'is damaged' | 'was not filled completely'

/** PRAGMA application_id of a file that has all documents, up to those that events are under way for. */
const FILLED = 1

const isDamage = (error: unknown): boolean =>
  error instanceof Error && /malformed|not a database|vtable constructor failed/.test(error.message)

/** Has the next start replace the file, where the error says that it is damaged. */
export function noteDamage(path: string, error: unknown): void {
  if (isDamage(error)) writeFileSync(path + DAMAGED, '')
}

interface Opening {
  /** of the database whose documents the index has; '' where it is not known */
  databaseId: string
  /** not while another thread or process has opened the file */
  mayReplace: boolean
}

/** Opens the index for writing. A file that is missing, old, damaged or of another database is replaced by an empty one. */
export function openForWriting(
  path: string,
  opening: Opening,
): { database: IndexFile; unfilled: Unfilled | undefined } {
  try {
    if (existsSync(path + DAMAGED)) return replace(path, opening, 'is damaged')
    const database = open(path)
    const version = pragmaOf(database, 'user_version')
    if (version === SCHEMA_VERSION) {
      // Their first pages are read.
      for (const table of ['words', 'passage_words', 'documents'])
        database.prepare(`select rowid from ${table} limit 1`).get()
      if (originOf(database) !== opening.databaseId) {
        database.close()
        return replace(path, opening, 'is of another database')
      }
      const isFilled = pragmaOf(database, 'application_id') === FILLED
      return { database, unfilled: isFilled ? undefined : 'was not filled completely' }
    }
    database.close()
    return replace(path, opening, version === 0 ? 'is new' : 'is of another version')
  } catch (error) {
    if (!isDamage(error)) throw error
    return replace(path, opening, 'is damaged')
  }
}

export const markFilled = (database: IndexFile): void => database.exec(`pragma application_id = ${FILLED}`)

function replace(path: string, { mayReplace, databaseId }: Opening, unfilled: Unfilled) {
  if (!mayReplace) throw new Error(`the search index ${unfilled}, and it is in use: ${path}`)
  return { database: create(path, databaseId), unfilled }
}

function originOf(database: IndexFile): string | undefined {
  const row = database.prepare('select database from origin').get() as { database: string } | undefined
  return row?.database
}

/** Opens an index that the writer has opened. */
export function openForReading(path: string): IndexFile {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, readOnly: true })
  // The terms of `words`, a row for each document that has one: https://sqlite.org/fts5.html, 5.
  database.exec(
    `create virtual table temp.terms using fts5vocab(main, words, instance);
     pragma cache_size = -32768; pragma query_only = 1`,
  )
  return database
}

function removeIndexFile(path: string): void {
  for (const suffix of ['', '-wal', '-shm', DAMAGED]) rmSync(path + suffix, { force: true })
}

function create(path: string, databaseId: string): IndexFile {
  removeIndexFile(path)
  const database = open(path)
  database.exec(`begin; ${SCHEMA}; pragma user_version = ${SCHEMA_VERSION}`)
  database.prepare('insert into origin values (?)').run(databaseId)
  database.exec('commit')
  return database
}

/**
 * `synchronous = full`: an indexed batch counts as done, and the position in the feed after it is kept, so it has to
 * survive a power failure.
 */
function open(path: string): IndexFile {
  // Other users of the machine may enter the data folder. SQLite gives the files beside it the same permissions.
  closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  database.exec(
    `pragma auto_vacuum = incremental; pragma journal_mode = wal; pragma journal_size_limit = ${MAX_LOG_BYTES};
     pragma synchronous = full; pragma cache_size = -32768`,
  )
  return database
}

const pragmaOf = (database: IndexFile, name: string): number =>
  Number((database.prepare(`pragma ${name}`).get() as Record<string, number>)[name])
