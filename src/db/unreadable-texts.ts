import type { Pool } from 'pg'
import { queryRows } from './query.ts'
import { UNREADABLE_CONTENT } from '../domain/text-state.ts'

/** A condition of documents.documents. */
export const UNREADABLE_TEXTS =
  `text_state = 'failed' and starts_with(text_reason, '${UNREADABLE_CONTENT}') ` +
  'and deleted_at is null and s3_key is not null'

/** Has the texts of these documents read again, as far as it was their content that could not be read. @throws the error of pg */
export const readUnreadableAgain = (pool: Pool, ids: readonly string[]): Promise<void> =>
  readTextsOf(pool, ids, UNREADABLE_TEXTS)

/** Has the texts of these documents read again. @param condition of documents.documents @throws the error of pg */
export async function readTextsOf(
  pool: Pool,
  ids: readonly string[],
  condition = `text_state <> 'pending' and deleted_at is null and s3_key is not null`,
): Promise<void> {
  const text = `update documents.documents
    set text_state = 'pending', text_reason = null, text_pages = null, text_language = null, text_cut = false
    where ${condition} and id = any($1::uuid[])`
  await queryRows(pool, text, [ids])
}
