import type { Pool } from 'pg'
import type { Config } from '../config/schema.ts'
import { queryRows } from '../db/query.ts'
import { textKey } from '../domain/content-key.ts'
import type { TextState } from '../domain/text-state.ts'
import { hasUnread } from '../extraction/kept-texts.ts'
import { textFormatOf } from '../extraction/text-format.ts'
import { isTextualFormat } from '../extraction/textual/read-textual-format.ts'
import { OCR_HINT } from '../extraction/without-text.ts'
import type { Blobs } from '../ports/blobs/port.ts'
import { createRetry } from '../roles/indexer/retry-transient.ts'
import type { Logger } from '../runtime/logger.ts'
import { startCommandPorts } from './command-ports.ts'

/** Documents of one statement. */
const PAGE_SIZE = 500

/** Texts in this state; or, `unread`, those of which OCR has pages or images to read. */
export type TextsToRead = TextState | 'unread'

const STATES_WITH_UNREAD: readonly TextState[] = ['indexed', 'empty']

type Row = { id: string; content_sha256: string | null; content_type: string; text_reason: string | null }

const PAGE = `
  SELECT id, content_sha256, content_type, text_reason FROM documents.documents
  WHERE text_state = ANY ($1) AND deleted_at IS NULL AND s3_key IS NOT NULL AND ($2::uuid IS NULL OR id > $2)
  ORDER BY id LIMIT ${PAGE_SIZE}`

/** The trigger documents_queue_text puts them into the queue. */
const AGAIN = `
  UPDATE documents.documents
  SET text_state = 'pending', text_reason = NULL, text_pages = NULL, text_language = NULL, text_cut = false
  WHERE id = ANY ($1::uuid[]) AND text_state = ANY ($2) AND deleted_at IS NULL`

/** They wait in the queue already, unless that was lost. */
const QUEUE = `
  INSERT INTO texts.queue (document_id, owner)
  SELECT id, lower(created_by) FROM documents.documents WHERE id = ANY ($1::uuid[]) AND text_state = ANY ($2)
  ON CONFLICT (document_id) DO UPDATE SET due_at = clock_timestamp(), attempts = 0`

/**
 * Has the service read the texts of all documents in this state again, also those that it kept for other documents with the
 * same content; of `unread` it keeps them, and OCR reads on. It may be interrupted and repeated.
 * @returns how many documents are queued
 * @throws DomainError unavailable; the signal's reason; Error with a sentence for the operator
 */
export async function readTextsAgain(
  config: Config,
  wanted: TextsToRead,
  options: { log: Logger; signal: AbortSignal },
): Promise<number> {
  const started = await startCommandPorts(config, options.log, (_base, { database, blobs }) => ({
    database,
    blobs,
  }))
  try {
    const { retry } = createRetry(AbortSignal.any([options.signal, started.failed]))
    const resources = {
      pool: started.value(started.roots.database).pool,
      blobs: started.value(started.roots.blobs),
    }
    const states = wanted === 'unread' ? STATES_WITH_UNREAD : [wanted]
    let queued = 0
    let last: string | null = null
    for (;;) {
      const rows: Row[] = await retry(() => queryRows<Row>(resources.pool, PAGE, [states, last]))
      if (rows.length === 0) return queued
      queued += await retry(() => queuePage(rows, wanted, resources))
      last = rows.at(-1)!.id
    }
  } finally {
    await started.stop()
  }
}

/** Returns how many it has queued. */
async function queuePage(
  rows: readonly Row[],
  wanted: TextsToRead,
  { pool, blobs }: { pool: Pool; blobs: Blobs },
): Promise<number> {
  const ids = rows.map(({ id }) => id)
  if (wanted === 'unread') {
    const unread: string[] = []
    for (const row of rows) if (await isUnread(row, blobs)) unread.push(row.id)
    await queryRows(pool, AGAIN, [unread, STATES_WITH_UNREAD])
    return unread.length
  }
  if (wanted === 'pending') {
    await queryRows(pool, QUEUE, [ids, [wanted]])
    return ids.length
  }
  // Before the queue: what is kept would be found there again.
  for (const { content_sha256: sha256, content_type: type } of rows)
    if (sha256 !== null) await blobs.delete('documents', textKey(sha256, type))
  await queryRows(pool, AGAIN, [ids, [wanted]])
  return ids.length
}

/** Of an image nothing is kept but the reason; of formats that are text nothing is unread. */
async function isUnread(row: Row, blobs: Blobs): Promise<boolean> {
  if (row.text_reason?.endsWith(OCR_HINT)) return true
  return !isTextualFormat(textFormatOf(row.content_type)) && (await hasUnread(blobs, row))
}
