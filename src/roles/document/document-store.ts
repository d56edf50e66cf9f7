/**
 * The documents in the database, and the only place that writes them. A change is one statement on the current row, so
 * that concurrent changes each get a version and none is lost. Every write also updates the cache here.
 */
import type { Pool } from 'pg'
import { countRows } from '../../db/count-rows.ts'
import type { Database } from '../../db/database.ts'
import { DOCUMENT_COLUMNS } from '../../db/document-columns.ts'
import type { Idempotency, IdempotentRequest } from '../../db/idempotency.ts'
import { insertingObject, type ObjectRow, objectValues } from '../../db/object-rows.ts'
import { type Queryable, queryRows } from '../../db/query.ts'
import { type DocumentRow, INPUT_FIELDS } from '../../domain/document-fields.ts'
import type { Document } from '../../domain/document-fields.ts'
import {
  type DocumentStatus,
  FINAL_STATUSES,
  type Mover,
  statusesBefore,
} from '../../domain/document-status.ts'
import { DomainError } from '../../domain/errors.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import { type ListQuery, listStatement, SELECT, selection } from './list-statement.ts'
import { checkChange, checkDeletion } from './preconditions.ts'
import { withoutCache } from './without-cache.ts'

const INSERTED = [
  'id',
  ...INPUT_FIELDS,
  'content_size',
  'content_sha256',
  's3_key',
  'text_state',
  'text_reason',
  'text_pages',
  'text_language',
  'text_cut',
  'takes_title',
  'readers',
  'traceparent',
] as const satisfies readonly (keyof DocumentRow)[]

const INSERT =
  `INSERT INTO documents.documents (${INSERTED.join(', ')})` +
  ` VALUES (${INSERTED.map((_, n) => `$${n + 1}`).join(', ')}) RETURNING ${DOCUMENT_COLUMNS}`
/** One statement, so that both rows are committed with one flush. */
const INSERT_WITH_OBJECT = `WITH ${insertingObject(INSERTED.length + 1)} ${INSERT}`

export type NewDocumentRow = Pick<DocumentRow, (typeof INSERTED)[number]>

export interface ChangeOptions {
  /** who changes the status; by default a client */
  mover?: Mover
  /** versions that the client has seen (If-Match); undefined accepts any */
  versions?: number[] | undefined
  /** of the request that makes the change; its events carry it */
  traceparent: string
}

export interface DocumentStore {
  /**
   * @param object the document's content, where it is still to be stored
   * @param request makes the insert idempotent: a repeated request gets the document that the first one made
   * @throws DomainError idempotency-key-reused, request-in-progress
   */
  insert(
    row: NewDocumentRow,
    object: ObjectRow | undefined,
    request: IdempotentRequest | undefined,
  ): Promise<{ document: Document; repeated: boolean }>
  find(id: string): Promise<Document | undefined>
  list(query: ListQuery): Promise<Document[]>
  /** How many documents the filters select, up to one more than MAX_TOTAL. */
  count(filters: ListQuery['filters']): Promise<number>
  wasDeleted(id: string): Promise<boolean>
  /**
   * Resolves with the document after the change. Setting current values is a no-op and does not raise the version.
   * @throws DomainError document-not-found, version-mismatch, status-not-allowed, title-frozen: then nothing has changed
   */
  change(
    id: string,
    changes: { title?: string; status?: DocumentStatus },
    options: ChangeOptions,
  ): Promise<Document>
  /** @throws DomainError document-not-found, version-mismatch, document-not-deletable */
  remove(id: string, options: ChangeOptions): Promise<void>
}

/** How often a change is tried when the reason of its failure no longer holds once the row is read again. */
const MAX_ATTEMPTS = 10

export interface DocumentStoreOptions {
  database: Pick<Database, 'pool' | 'requireSpace'>
  cache: DocumentCache
  idempotency: Idempotency<Document>
}

export function createDocumentStore({ database, cache, idempotency }: DocumentStoreOptions): DocumentStore {
  const { pool } = database
  const find = async (id: string): Promise<Document | undefined> => {
    const rows = await queryRows<Document>(pool, `${SELECT} WHERE id = $1 AND deleted_at IS NULL`, [id])
    return rows[0]
  }

  return {
    async insert(row, object, request) {
      const insertRow = (on: Queryable): Promise<Document> => insert(on, row, object)
      const created = request
        ? await insertOnce(idempotency, request, insertRow)
        : { document: await insertRow(pool), repeated: false }
      if (!created.repeated) await cache.update(created.document)
      return created
    },

    find,

    list(query) {
      const { text, values } = listStatement(query)
      return queryRows<Document>(pool, text, values)
    },

    count(filters) {
      const { where, values } = selection(filters)
      return countRows(pool, `documents.documents WHERE ${where}`, values)
    },

    async wasDeleted(id) {
      const deleted = 'SELECT 1 FROM documents.documents WHERE id = $1 AND deleted_at IS NOT NULL'
      return (await queryRows(pool, deleted, [id])).length > 0
    },

    async change(id, changes, options) {
      // The move of a signed document is under way already.
      if (options.mover !== 'signature') await database.requireSpace()
      for (let n = 0; n < MAX_ATTEMPTS; n++) {
        const changed = await withoutCache(cache, id, () => update(pool, id, changes, options))
        if (changed) {
          await cache.update(changed)
          return changed
        }
        const current = await find(id)
        if (current && (await hasMovedOn(pool, current, changes, options))) return current
        checkChange(id, current, changes, options)
        const { title = current.title, status = current.status } = changes
        if (title === current.title && status === current.status) return current
      }
      throw tooManyUpdates()
    },

    async remove(id, options) {
      for (let n = 0; n < MAX_ATTEMPTS; n++) {
        const removed = await withoutCache(cache, id, () => markDeleted(pool, id, options))
        if (removed) return cache.remove(id, removed.version)
        checkDeletion(id, await find(id), options.versions)
      }
      throw tooManyUpdates()
    },
  }
}

async function insert(on: Queryable, row: NewDocumentRow, object: ObjectRow | undefined): Promise<Document> {
  const values = INSERTED.map((name) => row[name])
  const rows = object
    ? await queryRows<Document>(on, INSERT_WITH_OBJECT, [...values, ...objectValues(object)])
    : await queryRows<Document>(on, INSERT, values)
  return rows[0]!
}

async function insertOnce(
  idempotency: Idempotency<Document>,
  request: IdempotentRequest,
  insertRow: (on: Queryable) => Promise<Document>,
): Promise<{ document: Document; repeated: boolean }> {
  const { result, repeated } = await idempotency.once(request, async (transaction) => ({
    status: 201,
    result: await insertRow(transaction),
  }))
  return { document: result, repeated }
}

async function update(
  pool: Pool,
  id: string,
  { title, status }: { title?: string; status?: DocumentStatus },
  { versions, traceparent, mover }: ChangeOptions,
): Promise<Document | undefined> {
  const from = status && [...statusesBefore(status, mover), status]
  const rows = await queryRows<Document>(
    pool,
    `UPDATE documents.documents
       SET title = coalesce($2, title), status = coalesce($3, status), traceparent = $4
     WHERE id = $1 AND deleted_at IS NULL
       AND ($5::int[] IS NULL OR version = ANY ($5))
       AND ($6::text[] IS NULL OR status = ANY ($6))
       AND (title <> coalesce($2, title) OR status <> coalesce($3, status))
       AND (title = coalesce($2, title) OR status <> ALL ($7))
     RETURNING ${DOCUMENT_COLUMNS}`,
    [id, title ?? null, status ?? null, traceparent, versions ?? null, from ?? null, FINAL_STATUSES],
  )
  return rows[0]
}

/**
 * Whether a signature asks for `signed` again, of a document that is signed or was and is past that: the response to an
 * earlier attempt, or that of another signature of the document, came first.
 */
async function hasMovedOn(
  pool: Pool,
  current: Document,
  { status }: { status?: DocumentStatus },
  { mover }: ChangeOptions,
): Promise<boolean> {
  if (mover !== 'signature' || status !== 'signed') return false
  if (current.status === 'signed') return true
  const signed = `SELECT 1 FROM documents.documents
    WHERE id = $1 AND deleted_at IS NULL AND (signed_at IS NOT NULL OR status = 'completed')`
  return (await queryRows(pool, signed, [current.id])).length > 0
}

async function markDeleted(
  pool: Pool,
  id: string,
  { versions, traceparent }: ChangeOptions,
): Promise<{ version: number } | undefined> {
  const rows = await queryRows<{ version: number }>(
    pool,
    `UPDATE documents.documents SET deleted_at = clock_timestamp(), traceparent = $2
     WHERE id = $1 AND deleted_at IS NULL
       AND ($3::int[] IS NULL OR version = ANY ($3))
       AND status <> ALL ($4)
     RETURNING version`,
    [id, traceparent, versions ?? null, FINAL_STATUSES],
  )
  return rows[0]
}

function tooManyUpdates(): DomainError {
  return new DomainError('unavailable', 'too many concurrent updates; retry')
}
