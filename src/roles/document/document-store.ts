/**
 * The documents in the database, and the only place that writes them. A change is one statement on the current row, so
 * that concurrent changes each get a version and none is lost. Every write also updates the cache here.
 */
import type { Pool } from 'pg'
import { type Actor, actingAs } from '../../db/acting.ts'
import type { Database } from '../../db/database.ts'
import { KEPT_COLUMNS } from '../../db/document-columns.ts'
import type { Idempotency, IdempotentRequest } from '../../db/idempotency.ts'
import type { ObjectRow } from '../../db/object-rows.ts'
import { type Queryable, queryRows } from '../../db/query.ts'
import { isReader, type Reach, rolesFor } from '../../domain/access.ts'
import { type Document, type KeptDocument, publicDocument } from '../../domain/document-fields.ts'
import {
  type DocumentStatus,
  FINAL_STATUSES,
  type Mover,
  statusesBefore,
} from '../../domain/document-status.ts'
import { DomainError } from '../../domain/errors.ts'
import { refusing } from '../../domain/refusals.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import { insertDocument, insertDocumentsTogether, type NewDocumentRow } from './insert-documents.ts'
import { checkChange, checkDeletion, changeForbidden, documentNotFound } from './preconditions.ts'
import { withoutCache } from './without-cache.ts'

export interface ChangeOptions {
  /** who changes the status; by default a client */
  mover?: Mover
  /** versions that the client has seen (If-Match); undefined accepts any */
  versions?: number[] | undefined
  actor: Actor
  /** of the request that makes the change; its events carry it */
  traceparent: string
  /** the documents that who makes the change may know of … */
  readable: Reach
  /** … and those that they may change */
  changeable: Reach
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
    actor: Actor,
    request: IdempotentRequest | undefined,
  ): Promise<{ document: Document; repeated: boolean }>
  find(id: string): Promise<KeptDocument | undefined>
  wasDeleted(id: string): Promise<boolean>
  /**
   * Resolves with the document after the change. Setting current values is a no-op and does not raise the version.
   * @throws DomainError document-not-found, forbidden, version-mismatch, status-not-allowed, title-frozen: then nothing has
   *   changed
   */
  change(
    id: string,
    changes: { title?: string; status?: DocumentStatus },
    options: ChangeOptions,
  ): Promise<Document>
  /** @throws DomainError document-not-found, forbidden, version-mismatch, document-not-deletable */
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
  const find = (id: string): Promise<KeptDocument | undefined> => findDocument(pool, id)
  const insertTogether = insertDocumentsTogether(pool)

  return {
    async insert(row, object, actor, request) {
      let inserted: KeptDocument | undefined
      const one = { row, object, actor }
      const created = request
        ? await insertOnce(idempotency, request, async (on) =>
            publicDocument((inserted = await insertDocument(on, one))),
          )
        : { document: publicDocument((inserted = await insertTogether(one))), repeated: false }
      if (!created.repeated) await cache.update(inserted!)
      return created
    },

    find,

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
          return publicDocument(changed)
        }
        const current = await findChangeable(pool, id, options)
        if (await hasMovedOn(pool, current, changes, options)) return current
        checkChange(current, changes, options)
        const { title = current.title, status = current.status } = changes
        if (title === current.title && status === current.status) return current
      }
      throw tooManyUpdates()
    },

    async remove(id, options) {
      for (let n = 0; n < MAX_ATTEMPTS; n++) {
        const removed = await withoutCache(cache, id, () => markDeleted(pool, id, options))
        if (removed) return cache.remove(id, removed.version)
        checkDeletion(await findChangeable(pool, id, options), options.versions)
      }
      throw tooManyUpdates()
    },
  }
}

async function findDocument(on: Queryable, id: string): Promise<KeptDocument | undefined> {
  const text = `SELECT ${KEPT_COLUMNS} FROM documents.documents WHERE id = $1 AND deleted_at IS NULL`
  return (await queryRows<KeptDocument & Record<string, unknown>>(on, text, [id]))[0]
}

/** @throws DomainError document-not-found, forbidden */
async function findChangeable(
  on: Queryable,
  id: string,
  { readable, changeable }: ChangeOptions,
): Promise<Document> {
  const found = await findDocument(on, id)
  if (!found) throw documentNotFound(id)
  if (!isReader(found.readers, readable)) throw refusing(id, documentNotFound(id))
  if (changeable !== 'all') {
    const text = `SELECT WHERE ${CHANGEABLE(1)}`
    if ((await queryRows(on, text, [id, ...grantsOf(changeable)])).length === 0)
      throw refusing(id, changeForbidden())
  }
  return publicDocument(found)
}

/** A condition on the document `$1` whose values are those of `grantsOf`. @param after number of the value before them */
const CHANGEABLE = (after: number): string =>
  `($${after + 1}::text[] IS NULL OR EXISTS (SELECT FROM documents.access
     WHERE document_id = $1 AND principal = ANY ($${after + 1}) AND role = ANY ($${after + 2})))`

const grantsOf = (reach: Reach): unknown[] => [reach === 'all' ? null : reach, rolesFor('change')]

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
  { versions, actor, traceparent, mover, changeable }: ChangeOptions,
): Promise<KeptDocument | undefined> {
  const from = status && [...statusesBefore(status, mover), status]
  const rows = await queryRows<KeptDocument & Record<string, unknown>>(
    pool,
    `UPDATE documents.documents
       SET title = coalesce($2, title), status = coalesce($3, status), traceparent = $4
      FROM ${actingAs(10)}
     WHERE id = $1 AND deleted_at IS NULL
       AND ($5::int[] IS NULL OR version = ANY ($5))
       AND ($6::text[] IS NULL OR status = ANY ($6))
       AND (title <> coalesce($2, title) OR status <> coalesce($3, status))
       AND (title = coalesce($2, title) OR status <> ALL ($7))
       AND ${CHANGEABLE(7)}
     RETURNING ${KEPT_COLUMNS}`,
    [
      id,
      title ?? null,
      status ?? null,
      traceparent,
      versions ?? null,
      from ?? null,
      FINAL_STATUSES,
      ...grantsOf(changeable),
      actor,
    ],
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
  { versions, actor, traceparent, changeable }: ChangeOptions,
): Promise<{ version: number } | undefined> {
  const rows = await queryRows<{ version: number }>(
    pool,
    `UPDATE documents.documents SET deleted_at = clock_timestamp(), traceparent = $2 FROM ${actingAs(7)}
     WHERE id = $1 AND deleted_at IS NULL
       AND ($3::int[] IS NULL OR version = ANY ($3))
       AND status <> ALL ($4)
       AND ${CHANGEABLE(4)}
     RETURNING version`,
    [id, traceparent, versions ?? null, FINAL_STATUSES, ...grantsOf(changeable), actor],
  )
  return rows[0]
}

function tooManyUpdates(): DomainError {
  return new DomainError('unavailable', 'too many concurrent updates; retry')
}
