import type { Pool } from 'pg'
import { EVENT_VALUES } from '../../db/column-values.ts'
import type { ChangeEvent } from '../../domain/change.ts'
import type { DocumentRow } from '../../domain/document-fields.ts'

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
  const { rows } = await pool.query<DocumentRow>({ text, values, types: EVENT_VALUES })
  const now = Date.now()
  const source = {
    version: 'docmgr',
    connector: 'postgresql',
    name: 'docmgr',
    ts_ms: now,
    snapshot: 'true',
    db: pool.options.database ?? '',
    schema: 'documents',
    table: 'documents',
    txId: null,
    lsn: null,
  } as const
  return rows.map((row) => {
    const value = { op: 'r', before: null, after: row, source, ts_ms: now } as const
    return { topic: 'cdc.documents', key: row.id, value, position: '' }
  })
}

/** The number of documents that have content. @throws the error of pg */
export async function countDocuments(pool: Pool): Promise<number> {
  const { rows } = await pool.query(
    'select count(*)::float8 as count from documents.documents where s3_key is not null',
  )
  return rows[0].count
}
