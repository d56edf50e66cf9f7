import { DomainError } from '../../../domain/errors.ts'
import { diskFull } from '../../../runtime/disk-space.ts'
import { blameOf } from '../../../runtime/server-errors.ts'
import { TimeoutError } from '../../../runtime/within.ts'

/** Names of the primary result codes by number (sqlite3.h); an extended code has its primary one in the lowest 8 bits. */
const NAMES =
  `OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY
  SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB NOTICE WARNING`.split(/\s+/)

/** An SQLITE_ERROR that is about the query: its text, or its size. */
const QUERY = /^fts5[: ]|too (many|large|complex)|parser stack overflow/
/** An SQLITE_ERROR, and an error of index-file.ts, that is about the file. */
const DAMAGED = /malformed|not a database|vtable constructor failed|index is damaged/

/** The result code of SQLite; undefined for an error of another kind. */
export const sqliteCodeOf = (error: unknown): number | undefined =>
  (error as { sqliteCode?: number } | undefined)?.sqliteCode

/**
 * The DomainError that an error of a thread of the index stands for: `unavailable` or `deadline-exceeded` for everything
 * that another try can succeed at. Errors of the document or query, and those that are unexpected, are returned unchanged.
 */
export function translateSqliteError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DomainError) return error
  if (error instanceof TimeoutError)
    return new DomainError('deadline-exceeded', 'the search took too long; try again', { cause: error })
  const says = sentenceFor(error)
  return says === undefined ? error : new DomainError('unavailable', says, { cause: error })
}

/** Nothing but the machine and the file decide whether a thread starts: no document is at fault. */
export function translateStartError(error: unknown): unknown {
  const translated = translateSqliteError(error)
  if (translated instanceof DomainError) return translated
  return new DomainError('unavailable', 'the search index could not be opened again; try again', {
    cause: error,
  })
}

function sentenceFor(error: Error): string | undefined {
  const { message } = error
  const code = sqliteCodeOf(error)
  const name = code === undefined ? undefined : NAMES[code & 0xff]
  if (DAMAGED.test(message) || name === 'CORRUPT' || name === 'NOTADB')
    return 'the search index is damaged; the next start of docmgr builds it again'
  if (code === undefined)
    // V8 has no memory for a buffer now.
    return /allocation failed/i.test(message)
      ? 'the search index has too little memory; try again'
      : undefined
  if (name === 'FULL') return diskFull('the disk')
  if (name === 'ERROR' && QUERY.test(message)) return undefined
  const blame = blameOf('sqlite', `SQLITE_${name}`)
  if (blame === 'data') return undefined
  return blame === 'configuration'
    ? 'the file of the search index cannot be read or written'
    : 'the search index is busy; try again'
}
