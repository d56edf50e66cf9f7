import type { Pool } from 'pg'
import type { ChangeEvent } from '../../domain/change.ts'
import { makeEvent, type Origin } from './wal/envelope.ts'
import { rowsOf } from './wal/snapshot.ts'

/** Keeps PostgreSQL's texts, which the feed's own parsers convert. */
const types = { getTypeParser: () => (text: string) => text } as never

/** One unnamed statement, one transaction: it may go through PgBouncer in transaction mode. */
const PAGE = `
  select * from documents.documents
  where s3_key is not null and ($1::uuid is null or id > $1::uuid)
  order by id limit $2`

/**
 * The current state of the documents that have content, deleted ones included: events of op `r` in the order of their
 * ids. Their position is empty.
 * @param after last id of the previous page; undefined for the first page
 * @throws the error of pg
 */
export async function currentDocuments(
  pool: Pool,
  after: string | undefined,
  limit: number,
): Promise<ChangeEvent[]> {
  return readEvents(pool, PAGE, [after ?? null, limit])
}

/** The current state of these documents, as far as their rows exist, with or without content. @throws the error of pg */
export function currentDocumentsOf(pool: Pool, ids: readonly string[]): Promise<ChangeEvent[]> {
  return readEvents(pool, 'select * from documents.documents where id = any($1::uuid[]) order by id', [ids])
}

async function readEvents(pool: Pool, text: string, values: unknown[]): Promise<ChangeEvent[]> {
  const result = await pool.query<(string | null)[]>({ text, values, rowMode: 'array', types })
  const now = Date.now()
  const origin: Origin = {
    database: pool.options.database ?? '',
    previousCommit: undefined,
    xid: null,
    committedUs: now * 1_000,
  }
  return rowsOf(result).map((row) => {
    const change = {
      topic: 'cdc.documents',
      op: 'r',
      before: null,
      after: row,
      lsn: 0n,
      snapshot: 'true',
    } as const
    return makeEvent(change, origin, '', now)
  })
}

/** The number of documents that have content. @throws the error of pg */
export async function countDocuments(pool: Pool): Promise<number> {
  const { rows } = await pool.query(
    'select count(*)::float8 as count from documents.documents where s3_key is not null',
  )
  return rows[0].count
}
