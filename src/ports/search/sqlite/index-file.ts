import { rmSync } from 'node:fs'
import { DatabaseSync } from '@photostructure/sqlite'
import { SCHEMA, SCHEMA_VERSION } from './schema.ts'

export type IndexFile = InstanceType<typeof DatabaseSync>
export type Statement = ReturnType<IndexFile['prepare']>

/** Milliseconds that a statement waits for the lock of another connection, such as a reader at a checkpoint. */
const BUSY_TIMEOUT_MS = 5_000

/** Why an index file was replaced by an empty one. */
export type Replaced = 'missing' | 'of another version' | 'damaged'

const isDamage = (error: unknown): boolean =>
  error instanceof Error && /malformed|not a database|SQLITE_(CORRUPT|NOTADB)/i.test(error.message)

/** Opens the index for writing. A missing, old or damaged file is replaced by an empty one. */
export function openForWriting(path: string): { database: IndexFile; replaced: Replaced | undefined } {
  try {
    const database = open(path)
    const version = versionOf(database)
    if (version === SCHEMA_VERSION) return { database, replaced: undefined }
    database.close()
    return { database: create(path), replaced: version === 0 ? 'missing' : 'of another version' }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { database: create(path), replaced: 'damaged' }
  }
}

/** Opens an index that the writer has opened. */
export function openForReading(path: string): IndexFile {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, readOnly: true })
  database.exec('pragma cache_size = -32768; pragma query_only = 1')
  return database
}

function removeIndexFile(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}

function create(path: string): IndexFile {
  removeIndexFile(path)
  const database = open(path)
  database.exec(`begin; ${SCHEMA}; pragma user_version = ${SCHEMA_VERSION}; commit`)
  return database
}

/**
 * `synchronous = full`: an indexed batch counts as done, and the position in the feed after it is kept, so it has to
 * survive a power failure.
 */
function open(path: string): IndexFile {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768')
  return database
}

const versionOf = (database: IndexFile): number =>
  (database.prepare('pragma user_version').get() as { user_version: number }).user_version
