import type { Pool } from 'pg'
import { DOCUMENT_COLUMNS } from '../../db/document-columns.ts'
import { queryRows } from '../../db/query.ts'
import type { Document, DocumentRow } from '../../domain/document-fields.ts'
import type { TextColumns } from '../../domain/text-state.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import { withoutCache } from './without-cache.ts'

/** What is needed to read the text of a document. */
export type TextSource = Pick<
  DocumentRow,
  'id' | 'title' | 'content_type' | 'content_size' | 'content_sha256' | 's3_key' | 'traceparent'
>

/** The state of the texts of documents in the database. */
export interface TextStore {
  /** undefined: the document is deleted or has no content */
  source(id: string): Promise<TextSource | undefined>
  /** Ends the reading of a text: records the outcome, and takes the document out of the queue. */
  record(source: TextSource, text: TextColumns): Promise<void>
  /** Has the text of a document read again. */
  readAgain(id: string): Promise<void>
}

const SOURCE = `
  SELECT id, title, content_type, content_size, content_sha256, s3_key, traceparent
  FROM documents.documents WHERE id = $1 AND deleted_at IS NULL AND s3_key IS NOT NULL`

/** A change that changes nothing would raise the version. */
const RECORD = `
  WITH done AS (DELETE FROM texts.queue WHERE document_id = $1)
  UPDATE documents.documents
  SET text_state = $3, text_reason = $4, text_pages = $5, text_language = $6, text_cut = $7
  WHERE id = $1 AND content_sha256 IS NOT DISTINCT FROM $2 AND deleted_at IS NULL
    AND (text_state, text_reason, text_pages, text_language, text_cut)
      IS DISTINCT FROM ($3::varchar, $4::varchar, $5::int, $6::varchar, $7::boolean)
  RETURNING ${DOCUMENT_COLUMNS}`

const READ_AGAIN = `
  UPDATE documents.documents
  SET text_state = 'pending', text_reason = NULL, text_pages = NULL, text_language = NULL, text_cut = false
  WHERE id = $1 AND deleted_at IS NULL AND s3_key IS NOT NULL AND text_state <> 'pending'
  RETURNING ${DOCUMENT_COLUMNS}`

export function createTextStore(pool: Pool, cache: DocumentCache): TextStore {
  async function update(id: string, text: string, values: unknown[]): Promise<void> {
    const document = await withoutCache(cache, id, async () => {
      const [changed] = await queryRows<Document & Record<string, unknown>>(pool, text, values)
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
    record: ({ id, content_sha256 }, text) =>
      update(id, RECORD, [
        id,
        content_sha256,
        text.text_state,
        text.text_reason,
        text.text_pages,
        text.text_language,
        text.text_cut,
      ]),
    readAgain: (id) => update(id, READ_AGAIN, [id]),
  }
}
