import type { Pool } from 'pg'
import { type Actor, actingAs } from '../../db/acting.ts'
import { KEPT_COLUMNS } from '../../db/document-columns.ts'
import { inTransaction, type Queryable, queryRows } from '../../db/query.ts'
import { type AccessRole, isReader, MAX_READERS, type Reach } from '../../domain/access.ts'
import type { KeptDocument } from '../../domain/document-fields.ts'
import { DomainError, invalidField, isProblem, type ProblemCode } from '../../domain/errors.ts'
import { refusing } from '../../domain/refusals.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import { documentNotFound } from './preconditions.ts'
import { withoutCache } from './without-cache.ts'

/** One subject's role in a document. */
export interface Grant {
  /** `email:ADDRESS` in lower case, `group:NAME`, `person:ID`, `key:ID` */
  principal: string
  role: AccessRole
  granted_by: string
  granted_at: string
}

/** Who asks: the documents that they may read, and those whose access they may see and change. */
export interface Sharer {
  readable: Reach
  shareable: Reach
}

export interface AccessChange extends Sharer {
  /** the subject who changes it */
  by: string
  actor: Actor
  traceparent: string
}

/**
 * Who has a role in which document. Each change keeps the document's readers with the rows of documents.access, in one
 * transaction that holds the document's row; where the readers change it is a version of the document.
 */
export interface AccessStore {
  /** The owners first, then by time. @throws DomainError document-not-found, forbidden */
  list(id: string, sharer: Sharer): Promise<Grant[]>
  /** @throws DomainError document-not-found, forbidden, last-owner, validation-failed of one too many */
  put(id: string, principal: string, role: AccessRole, change: AccessChange): Promise<Grant>
  /** Does nothing for a subject without a role. @throws DomainError document-not-found, forbidden, last-owner */
  remove(id: string, principal: string, change: AccessChange): Promise<void>
}

const GRANT = 'principal, role, granted_by, granted_at'
const OF_DOCUMENT = `
  SELECT ${GRANT} FROM documents.access WHERE document_id = $1
   ORDER BY array_position('{owner,editor,reader}'::text[], role::text), granted_at, principal`

/** `created_at` is the document's. */
const PUT = `
  INSERT INTO documents.access (document_id, principal, role, created_at, granted_by)
    SELECT id, $2, $3, created_at, $4 FROM documents.documents, ${actingAs(5)} WHERE id = $1
  ON CONFLICT (document_id, principal)
    DO UPDATE SET role = excluded.role, granted_by = excluded.granted_by, granted_at = excluded.granted_at
    WHERE access.role <> excluded.role`

const KEEP_READERS = `
  UPDATE documents.documents SET readers = $2, traceparent = $3 WHERE id = $1 RETURNING ${KEPT_COLUMNS}`

const REFUSALS: ProblemCode[] = ['document-not-found', 'forbidden', 'last-owner', 'validation-failed']

export function createAccessStore(pool: Pool, cache: DocumentCache): AccessStore {
  async function change(
    id: string,
    options: AccessChange,
    write: (transaction: Queryable) => Promise<void>,
  ): Promise<Grant[]> {
    // Before the document is held, so that nobody else keeps it out of the cache.
    await requireOwner(pool, id, options)
    let grants: Grant[] = []
    let refusal: DomainError | undefined
    const changed = await withoutCache(cache, id, () =>
      inTransaction(pool, async (transaction) => {
        const before = await requireOwner(transaction, id, options, 'FOR UPDATE')
        await write(transaction)
        grants = await grantsOf(transaction, id)
        check(grants)
        const readers = grants.map(({ principal }) => principal)
        return hasSame(before, readers) ? undefined : keepReaders(transaction, id, readers, options)
      }).catch((error: unknown) => {
        // Nothing was committed: any other failure is not that certain.
        if (!isProblem(error, ...REFUSALS)) throw error
        refusal = error
        return undefined
      }),
    )
    if (refusal) throw refusal
    if (changed) await cache.update(changed)
    return grants
  }
  return {
    async list(id, sharer) {
      await requireOwner(pool, id, sharer)
      return grantsOf(pool, id)
    },
    async put(id, principal, role, options) {
      const grants = await change(id, options, async (transaction) => {
        await queryRows(transaction, PUT, [id, principal, role, options.by, options.actor])
      })
      return grants.find((grant) => grant.principal === principal)!
    },
    async remove(id, principal, options) {
      await change(id, options, async (transaction) => {
        const text = `DELETE FROM documents.access USING ${actingAs(3)} WHERE document_id = $1 AND principal = $2`
        await queryRows(transaction, text, [id, principal, options.actor])
      })
    },
  }
}

const grantsOf = (on: Queryable, id: string): Promise<Grant[]> =>
  queryRows<Grant & Record<string, unknown>>(on, OF_DOCUMENT, [id])

async function keepReaders(
  on: Queryable,
  id: string,
  readers: readonly string[],
  { traceparent }: AccessChange,
): Promise<KeptDocument | undefined> {
  const values = [id, readers, traceparent]
  return (await queryRows<KeptDocument & Record<string, unknown>>(on, KEEP_READERS, values))[0]
}

/** @returns the readers of the document. @throws DomainError document-not-found, forbidden */
async function requireOwner(
  on: Queryable,
  id: string,
  { readable, shareable }: Sharer,
  locking = '',
): Promise<string[]> {
  const text = `SELECT readers FROM documents.documents WHERE id = $1 AND deleted_at IS NULL ${locking}`
  const [document] = await queryRows<{ readers: string[] }>(on, text, [id])
  if (!document) throw documentNotFound(id)
  if (!isReader(document.readers, readable)) throw refusing(id, documentNotFound(id))
  const isOwner = async (): Promise<boolean> =>
    (await grantsOf(on, id)).some(
      ({ principal, role }) => role === 'owner' && shareable !== 'all' && shareable.includes(principal),
    )
  if (shareable === 'all' || (await isOwner())) return document.readers
  const why = 'you may read this document, but only its owners see and change who may use it'
  throw refusing(id, new DomainError('forbidden', why))
}

function check(grants: readonly Grant[]): void {
  if (!grants.some(({ role }) => role === 'owner'))
    throw new DomainError('last-owner', 'a document keeps an owner: make someone else an owner first')
  if (grants.length > MAX_READERS)
    throw invalidField('path.principal', `one too many: at most ${MAX_READERS} can have a role in a document`)
}

const hasSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((subject) => other.includes(subject))
