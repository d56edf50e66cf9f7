import type { Pool } from 'pg'
import { actingAs, DOCUMENT_ROLE } from '../../db/acting.ts'
import { KEPT_COLUMNS } from '../../db/document-columns.ts'
import { queryRows } from '../../db/query.ts'
import type { DocumentRow, KeptDocument } from '../../domain/document-fields.ts'
import { FINAL_STATUSES } from '../../domain/document-status.ts'
import { titleOfFile } from '../../domain/document-title.ts'
import type { TextColumns } from '../../domain/text-state.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import { withoutCache } from './without-cache.ts'

/** What is needed to read the text of a document. */
export type TextSource = Pick<
  DocumentRow,
  | 'id'
  | 'title'
  | 'file_name'
  | 'takes_title'
  | 'content_type'
  | 'content_size'
  | 'content_sha256'
  | 's3_key'
  | 'traceparent'
>

/** The state of the texts of documents in the database. */
export interface TextStore {
  /** undefined: the document is deleted or has no content */
  source(id: string): Promise<TextSource | undefined>
  /**
   * Ends the reading of a text: records the outcome, and takes the document out of the queue.
   * @param ownTitle that the content gives itself: it replaces the name of the file as title, where no client gave one
   *   and none has changed it; that is a new version
   */
  record(source: TextSource, text: TextColumns, ownTitle?: string): Promise<void>
  /** Says of a text that is still pending what is left of it to read. */
  recordProgress(source: TextSource, text: TextColumns): Promise<void>
  /** Has the text of a document read again. */
  readAgain(id: string): Promise<void>
}

const SOURCE = `
  SELECT id, title, file_name, takes_title, content_type, content_size, content_sha256, s3_key, traceparent
  FROM documents.documents WHERE id = $1 AND deleted_at IS NULL AND s3_key IS NOT NULL`

const OUTCOME = `
  UPDATE documents.documents
  SET text_state = $3, text_reason = $4, text_pages = $5, text_language = $6, text_cut = $7`
const SAME_CONTENT = 'id = $1 AND content_sha256 IS NOT DISTINCT FROM $2 AND deleted_at IS NULL'

const RECORD_WITH_TITLE = `
  ${OUTCOME}, title = $8 FROM ${actingAs(11)} WHERE ${SAME_CONTENT} AND title = $9 AND status <> ALL ($10)
  RETURNING ${KEPT_COLUMNS}`

/** A change that changes nothing would be an event. */
const RECORD = `
  WITH done AS (DELETE FROM texts.queue WHERE document_id = $1)
  ${OUTCOME} WHERE ${SAME_CONTENT}
    AND (text_state, text_reason, text_pages, text_language, text_cut)
      IS DISTINCT FROM ($3::varchar, $4::varchar, $5::int, $6::varchar, $7::boolean)
  RETURNING ${KEPT_COLUMNS}`

const PROGRESS = `
  UPDATE documents.documents SET text_reason = $3, text_pages = $4
  WHERE ${SAME_CONTENT} AND text_state = 'pending' AND text_reason IS DISTINCT FROM $3`

const READ_AGAIN = `
  UPDATE documents.documents
  SET text_state = 'pending', text_reason = NULL, text_pages = NULL, text_language = NULL, text_cut = false
  WHERE id = $1 AND deleted_at IS NULL AND s3_key IS NOT NULL AND text_state <> 'pending'
  RETURNING ${KEPT_COLUMNS}`

export function createTextStore(pool: Pool, cache: DocumentCache): TextStore {
  async function update(id: string, text: string, values: unknown[]): Promise<void> {
    const document = await withoutCache(cache, id, async () => {
      const [changed] = await queryRows<KeptDocument & Record<string, unknown>>(pool, text, values)
      return changed
    })
    if (document === undefined) return
    await cache.update(document)
    // The first version is taken for that of an insert, which ends no hold.
    if (document.version === 1) await cache.release(id)
  }
  return {
    async source(id) {
      return (await queryRows<TextSource>(pool, SOURCE, [id]))[0]
    },
    async record({ id, content_sha256, title, file_name, takes_title }, text, ownTitle = title) {
      const { text_state, text_reason, text_pages, text_language, text_cut } = text
      const values = [id, content_sha256, text_state, text_reason, text_pages, text_language, text_cut]
      if (takes_title && ownTitle !== title && title === titleOfFile(file_name ?? ''))
        await update(id, RECORD_WITH_TITLE, [...values, ownTitle, title, FINAL_STATUSES, DOCUMENT_ROLE])
      // Nothing is left to record after that, unless the title or the status has changed meanwhile.
      await update(id, RECORD, values)
    },
    // No cache keeps a document whose text is pending.
    async recordProgress({ id, content_sha256 }, { text_reason, text_pages }) {
      await queryRows(pool, PROGRESS, [id, content_sha256, text_reason, text_pages])
    },
    readAgain: (id) => update(id, READ_AGAIN, [id]),
  }
}
