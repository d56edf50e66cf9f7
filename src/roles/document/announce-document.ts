import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import { readUnreadableAgain } from '../../db/unreadable-texts.ts'

/**
 * Has the change feed bring the present state of a document once more: an update of no column that is a part of its version.
 * So the indexer handles it in its order, never an older state after a newer one.
 * @returns whether there is such a row
 * @throws the error of pg
 */
export async function announceDocument(pool: Pool, id: string): Promise<boolean> {
  const text = 'UPDATE documents.documents SET text_cut = text_cut WHERE id = $1 RETURNING id'
  const rows = await queryRows(pool, text, [id])
  await readUnreadableAgain(pool, [id])
  return rows.length > 0
}
