/**
 * The documents in the database: the only place where they are made and changed. Each change is one statement that
 * looks at the row as it is at that moment, so that changes at the same time each get a version and none is lost.
 */
import type { Pool } from 'pg'
import { type Queryable, queryRows } from '../../db/query.ts'
import {
  type Document,
  type DocumentStatus,
  isDeletable,
  STATUSES,
  statusesBefore,
} from '../../domain/document.ts'
import { DomainError } from '../../domain/errors.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import { whyNotChanged, whyNotRemoved } from './refusals.ts'

export const DOCUMENT_COLUMNS =
  'id, title, content_type, content_size, content_sha256, s3_key, status, created_by, created_at, updated_at, version'

export type NewDocument = Pick<
  Document,
  'id' | 'title' | 'content_type' | 'content_size' | 'content_sha256' | 's3_key' | 'created_by'
>

export interface ChangeOptions {
  /** versions that the client has seen (If-Match); any will do without */
  versions?: number[] | undefined
  /** of the request that makes the change; its events carry it */
  traceparent: string
}

export interface DocumentStore {
  /** The caller announces the document to the cache once its transaction has committed. */
  insert(on: Queryable, document: NewDocument, traceparent: string): Promise<Document>
  find(id: string): Promise<Document | undefined>
  /** True for a document that was there once. */
  wasDeleted(id: string): Promise<boolean>
  /**
   * Resolves with the document as it is afterwards. What is already so is a success that changes nothing.
   * @throws DomainError document-not-found, version-mismatch, status-not-allowed: then nothing has changed
   */
  change(
    id: string,
    changes: { title?: string; status?: DocumentStatus },
    options: ChangeOptions,
  ): Promise<Document>
  /** @throws DomainError document-not-found, version-mismatch, document-not-deletable */
  remove(id: string, options: ChangeOptions): Promise<void>
}

/** More often than this, a refusal's reason is not gone before it can be read. */
const ATTEMPTS = 10
/** No version is newer (the column is an integer), so nothing is cached over it for as long as the cache remembers. */
const LAST_VERSION = 2_147_483_647
const DELETABLE = STATUSES.filter(isDeletable)

export function createDocumentStore(options: { pool: Pool; cache: DocumentCache }): DocumentStore {
  const { pool, cache } = options

  const find = async (id: string): Promise<Document | undefined> => {
    const rows = await queryRows<Document>(
      pool,
      `SELECT ${DOCUMENT_COLUMNS} FROM documents.documents WHERE id = $1 AND deleted_at IS NULL`,
      [id],
    )
    return rows[0]
  }

  /** Runs a change; of one that got no answer nobody knows whether it was made, so the cache must not vouch for it. */
  const attempt = async (id: string, text: string, values: unknown[]): Promise<Document | undefined> => {
    try {
      return (await queryRows<Document>(pool, text, values))[0]
    } catch (error) {
      await cache.remove(id, LAST_VERSION)
      throw error
    }
  }

  return {
    async insert(on, document, traceparent) {
      const { id, title, content_type, content_size, content_sha256, s3_key, created_by } = document
      const rows = await queryRows<Document>(
        on,
        `INSERT INTO documents.documents
           (id, title, content_type, content_size, content_sha256, s3_key, created_by, traceparent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         RETURNING ${DOCUMENT_COLUMNS}`,
        [id, title, content_type, content_size, content_sha256, s3_key, created_by, traceparent],
      )
      return rows[0]!
    },

    find,

    async wasDeleted(id) {
      const found = 'SELECT 1 AS found FROM documents.documents WHERE id = $1 AND deleted_at IS NOT NULL'
      return (await queryRows(pool, found, [id])).length > 0
    },

    async change(id, { title, status }, { versions, traceparent }) {
      const from = status && [...statusesBefore(status), status]
      for (let n = 0; n < ATTEMPTS; n++) {
        const changed = await attempt(
          id,
          `UPDATE documents.documents
             SET title = coalesce($2, title), status = coalesce($3, status), traceparent = $4
           WHERE id = $1 AND deleted_at IS NULL
             AND ($5::int[] IS NULL OR version = ANY ($5))
             AND ($6::text[] IS NULL OR status = ANY ($6))
             AND (title <> coalesce($2, title) OR status <> coalesce($3, status))
           RETURNING ${DOCUMENT_COLUMNS}`,
          [id, title ?? null, status ?? null, traceparent, versions ?? null, from ?? null],
        )
        if (changed) {
          await cache.update(changed)
          return changed
        }
        const present = await find(id)
        const refusal = whyNotChanged(id, present, status, versions)
        if (refusal) throw refusal
        if ((title ?? present!.title) === present!.title && (status ?? present!.status) === present!.status)
          return present!
      }
      throw tooBusy()
    },

    async remove(id, { versions, traceparent }) {
      for (let n = 0; n < ATTEMPTS; n++) {
        const removed = await attempt(
          id,
          `UPDATE documents.documents SET deleted_at = clock_timestamp(), traceparent = $2
           WHERE id = $1 AND deleted_at IS NULL
             AND ($3::int[] IS NULL OR version = ANY ($3))
             AND status = ANY ($4)
           RETURNING ${DOCUMENT_COLUMNS}`,
          [id, traceparent, versions ?? null, DELETABLE],
        )
        if (removed) return cache.remove(id, removed.version)
        const refusal = whyNotRemoved(id, await find(id), versions)
        if (refusal) throw refusal
      }
      throw tooBusy()
    },
  }
}

function tooBusy(): DomainError {
  return new DomainError('unavailable', 'the document changes too often now; try again')
}
