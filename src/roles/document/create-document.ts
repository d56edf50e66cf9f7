/** Making a document, from whichever form its content comes in: the object first, then the row that names it. */
import { type Idempotency, requestHash } from '../../http/idempotency.ts'
import { sqlState } from '../../db/query.ts'
import { contentKey, type Document } from '../../domain/document.ts'
import { DomainError } from '../../domain/errors.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { Blobs, BlobInfo } from '../../ports/blobs/port.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import { isTransient } from '../../runtime/translate-error.ts'
import type { DocumentStore } from './document-store.ts'

export interface DocumentFields {
  title: string
  content_type: string
  created_by: string
}

/** Content to be stored; `fields` is asked once it is, because a form may name them after its file. */
export interface Submission {
  /** Streams the content into the object that `put` makes. */
  store(put: (body: Uint8Array | AsyncIterable<Uint8Array>) => Promise<BlobInfo>): Promise<BlobInfo>
  fields(): DocumentFields
  idempotencyKey: string | undefined
}

export interface Created {
  document: Document
  /** the same request made it before */
  replayed: boolean
}

export type CreateDocument = (submission: Submission, context: RequestContext) => Promise<Created>

export interface CreateOptions {
  store: DocumentStore
  blobs: Blobs
  cache: DocumentCache
  idempotency: Idempotency<Document>
  pool: Parameters<DocumentStore['insert']>[0]
  newId: NewId
  limits: { contentBytes: number }
  log: Logger
}

export function createCreateDocument(options: CreateOptions): CreateDocument {
  const { store, blobs, cache, idempotency, pool, newId, limits, log } = options

  /** An object without a row is harmless; here it is known to have none. */
  const discard = async (key: string): Promise<void> => {
    await blobs
      .delete('documents', key)
      .catch((error: unknown) => log.warn({ err: error, key }, 'an object stays unused'))
  }

  return async (submission, context) => {
    const id = newId()
    const key = contentKey(id)
    let stored = false
    try {
      const { size, sha256 } = await submission.store(async (body) => {
        const put = { contentType: 'application/octet-stream', maxBytes: limits.contentBytes, fresh: true }
        const info = await blobs.put('documents', key, body, put)
        stored = true
        return info
      })
      const fields = submission.fields()
      const row = { id, ...fields, content_size: size, content_sha256: sha256, s3_key: key }
      const insert = (on: CreateOptions['pool']): Promise<Document> =>
        store.insert(on, row, context.traceparent)
      const created = await commit(row, insert, submission.idempotencyKey, context)
      if (created.replayed) await discard(key)
      else await cache.update(created.document)
      return created
    } catch (error) {
      if (stored && hasNoRow(error)) await discard(key)
      throw error
    }
  }

  async function commit(
    row: DocumentFields & { content_sha256: string },
    insert: (on: CreateOptions['pool']) => Promise<Document>,
    key: string | undefined,
    { principal }: RequestContext,
  ): Promise<Created> {
    if (key === undefined) return { document: await insert(pool), replayed: false }
    const hash = requestHash([row.title, row.content_type, row.created_by, row.content_sha256])
    const { answer, replayed } = await idempotency.once({ principal, key, hash }, async (transaction) => ({
      status: 201,
      answer: await insert(transaction),
    }))
    return { document: answer, replayed }
  }
}

/** False where the row may have been committed, as after a lost connection: then its object must stay. */
function hasNoRow(error: unknown): boolean {
  return error instanceof DomainError ? !isTransient(error) : sqlState(error) !== undefined
}
