/** Creates a document: its object first, or a small one together with the row that names it. */
import { subjectOfAddress } from '../../domain/access.ts'
import { actorOf } from '../../db/acting.ts'
import type { Database } from '../../db/database.ts'
import { type IdempotentRequest, requestHash } from '../../db/idempotency.ts'
import { sqlState } from '../../db/query.ts'
import { type DocumentRow, type FieldsWith, INPUT_FIELDS } from '../../domain/document-fields.ts'
import type { Document } from '../../domain/document-fields.ts'
import { contentKey } from '../../domain/content-key.ts'
import { titleOfContent } from '../../domain/document-title.ts'
import { DomainError, invalidField } from '../../domain/errors.ts'
import { AT_ONCE_BYTES, extractAtOnce } from '../../extraction/extract-at-once.ts'
import { imageFormatOf } from '../../extraction/ocr/scan-image.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { BlobInfo, Blobs, PreparedObject } from '../../ports/blobs/port.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import { isTransient } from '../../runtime/translate-error.ts'
import type { DocumentStore } from './document-store.ts'
import type { NewDocumentRow } from './insert-documents.ts'
import { keepStart } from './keep-start.ts'
import { PENDING, textColumnsOf } from './text-columns.ts'

export interface NewDocument {
  body: Uint8Array | AsyncIterable<Uint8Array>
  /** where the request has the content: what is wrong with it is said of this field */
  contentField: string
  /** The fields; they may follow the body, so this is called after the body was read. */
  fields(): Promise<Pick<DocumentRow, FieldsWith<{ input: true }> | 'takes_title'>>
  idempotencyKey: string | undefined
}

export interface CreatedDocument {
  document: Document
  /** An earlier request with the same idempotency key has created it. */
  repeated: boolean
}

/**
 * @throws DomainError payload-too-large, unavailable, idempotency-key-reused, request-in-progress, validation-failed of
 *   an empty content, and errors of reading the body or the fields
 */
export type CreateDocument = (input: NewDocument, context: RequestContext) => Promise<CreatedDocument>

export interface CreateDocumentOptions {
  store: Pick<DocumentStore, 'insert'>
  database: Pick<Database, 'requireSpace'>
  blobs: Blobs
  newId: NewId
  /** bytes */
  limits: { contentBytes: number }
  /** whether the texts of images are read, too */
  readsImages: boolean
  /** called when a document was stored whose text is still to be read */
  onPending: () => void
  log: Logger
}

export function createDocumentUseCase(options: CreateDocumentOptions): CreateDocument {
  const { store, database, blobs, newId, limits, readsImages, onPending, log } = options
  const putOptions = { contentType: 'application/octet-stream', maxBytes: limits.contentBytes }

  /** Of an object that is stored and has no row. If this fails, the object stays until `docmgr gc`. */
  const discard = async (key: string, content: PreparedObject): Promise<void> => {
    if (content.row !== undefined) return
    await blobs
      .delete('documents', key)
      .catch((error: unknown) => log.warn({ err: error, key }, 'could not delete unreferenced object'))
  }

  return async (input, context) => {
    await database.requireSpace()
    const id = newId()
    const key = contentKey(id)
    const { body, start } = keepStart(input.body, AT_ONCE_BYTES)
    const content = await blobs.prepare('documents', key, body, putOptions)
    try {
      // A file that could not be read is sent as nothing by curl, and by forms in which none was chosen.
      if (content.size === 0) throw invalidField(input.contentField, 'must not be empty')
      const about = { ...content, start: start(), readsImages }
      const row = await rowOf(id, await input.fields(), about, context)
      const request = idempotentRequest(input, row, context)
      const created = await store.insert(row, content.row, actorOf(context), request)
      if (created.repeated) await discard(key, content)
      else if (row.text_state === 'pending') onPending()
      return created
    } catch (error) {
      if (hasNoRow(error)) await discard(key, content)
      throw error
    }
  }
}

async function rowOf(
  id: string,
  fields: Awaited<ReturnType<NewDocument['fields']>>,
  { size, sha256, start, readsImages }: BlobInfo & { start: Uint8Array; readsImages: boolean },
  { traceparent }: RequestContext,
): Promise<NewDocumentRow> {
  const isScan = readsImages && imageFormatOf(start) !== undefined
  const extraction = isScan ? undefined : extractAtOnce({ contentType: fields.content_type, start, size })
  const ownTitle = fields.takes_title ? titleOfContent(extraction?.title) : undefined
  return {
    ...fields,
    ...(ownTitle !== undefined && { title: ownTitle }),
    ...(extraction === undefined ? PENDING : await textColumnsOf(extraction)),
    id,
    content_size: size,
    content_sha256: sha256,
    s3_key: contentKey(id),
    readers: [subjectOfAddress(fields.created_by)],
    traceparent,
  }
}

function idempotentRequest(
  { idempotencyKey: key }: NewDocument,
  row: NewDocumentRow,
  { principal, clientAddress }: RequestContext,
): IdempotentRequest | undefined {
  if (key === undefined) return undefined
  // Without those that are left out, so that a field that is added makes no request another one.
  const given = INPUT_FIELDS.map((name) => row[name]).filter((value) => value !== null)
  const hash = requestHash([...given, row.content_sha256])
  return { principal, clientAddress, key, hash }
}

/** False where the row may have been committed, as after a lost connection: then its object must stay. */
function hasNoRow(error: unknown): boolean {
  const state = sqlState(error)
  // Class 53, insufficient resources: the server refused the statement.
  return error instanceof DomainError
    ? !isTransient(error) || state?.startsWith('53') === true
    : state !== undefined
}
