import type { Pool } from 'pg'
import type { ChangeEvent } from '../../domain/change.ts'
import { makeEvent, type Origin } from './wal/envelope.ts'
import { rowsOf } from './wal/snapshot.ts'

/** Values come as PostgreSQL's texts, which the feed's own parsers turn into an event's. */
const types = { getTypeParser: () => (text: string) => text } as never

/** Each statement is a transaction of its own, and unnamed: it may go through PgBouncer in transaction mode. */
const PAGE = `
  select * from documents.documents
  where s3_key is not null and ($1::uuid is null or id > $1::uuid)
  order by id limit $2`

/**
 * The documents that have a content, deleted ones too, as they are now: events of op `r`, as a snapshot has them, in the
 * order of their ids. Their position is no place in the feed.
 *
 * @param after the last id of the page before; undefined for the first page
 * @throws the driver's error
 */
export async function currentDocuments(
  pool: Pool,
  after: string | undefined,
  limit: number,
): Promise<ChangeEvent[]> {
  const values = [after ?? null, limit]
  const result = await pool.query<(string | null)[]>({ text: PAGE, values, rowMode: 'array', types })
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

/** How many there are. @throws the driver's error */
export async function countDocuments(pool: Pool): Promise<number> {
  const { rows } = await pool.query(
    'select count(*)::float8 as count from documents.documents where s3_key is not null',
  )
  return rows[0].count
}
