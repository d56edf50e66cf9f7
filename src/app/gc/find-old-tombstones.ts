import type { Pool } from 'pg'
import type { Config } from '../../config/schema.ts'
import { queryRows } from '../../db/query.ts'
import type { IndexedDocument, SearchIndex } from '../../ports/search/port.ts'
import type { Retry } from '../../roles/indexer/retry-transient.ts'

const BATCH_SIZE = 500
const HOUR_MS = 3_600_000

/**
 * The index must have the tombstone of every document that was deleted after this time. Of those that were deleted
 * earlier Kafka keeps only the newest state, and no work that reads a row and then writes the index lasts so long.
 */
export const tombstonesKeptFrom = ({ changes }: Pick<Config, 'changes'>, now: Date): Date =>
  new Date(now.getTime() - changes.historyHours * HOUR_MS)

/**
 * The tombstones whose documents were deleted before a time, in batches. The row decides, and says so again whenever the
 * tombstone is needed; what differs from its row, or has none, is for `docmgr verify`.
 */
export async function* findOldTombstones(
  { pool, index, retry }: { pool: Pool; index: SearchIndex; retry: Retry },
  deletedBefore: Date,
): AsyncGenerator<IndexedDocument[]> {
  for (let after: string | undefined; ;) {
    const from = after
    const page = await retry.retry(() => index.list(from, BATCH_SIZE, 'tombstones'))
    if (page.length === 0) return
    after = page.at(-1)!.id
    const text = 'select id, version from documents.documents where id = any($1::uuid[]) and deleted_at < $2'
    const values = [page.map(({ id }) => id), deletedBefore]
    const rows = await retry.retry(() => queryRows<{ id: string; version: number }>(pool, text, values))
    const versions = new Map(rows.map(({ id, version }) => [id, version]))
    yield page.filter(({ id, version }) => versions.get(id) === version)
  }
}
