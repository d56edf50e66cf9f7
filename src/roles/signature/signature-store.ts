import type { Pool } from 'pg'
import { type Actor, actingAs, SIGNATURE_ROLE } from '../../db/acting.ts'
import { isAny, isAnyCaseless } from '../../db/any-of.ts'
import { countRows } from '../../db/count-rows.ts'
import { insertingObject, type ObjectRow, objectValues } from '../../db/object-rows.ts'
import { type Queryable, inTransaction, queryRows } from '../../db/query.ts'
import { DomainError } from '../../domain/errors.ts'
import type { CursorRow } from '../../http/cursor.ts'
import type { Idempotency, IdempotentRequest } from '../../db/idempotency.ts'
import type { JoinedMove } from '../../ports/documents/port.ts'
import { insertErrorOf, insertSigned } from './insert-signed.ts'
import { INSERTED, type NewSignature, READ, type StoredSignature } from './signature-columns.ts'

export type { NewSignature, StoredSignature }

export interface SignatureFilter {
  /** any of them */
  documentIds?: string[] | undefined
  /** any of them, compared without case */
  signerEmails?: string[] | undefined
  /** ISO 8601, inclusive */
  signedFrom?: string | undefined
  /** ISO 8601, exclusive */
  signedTo?: string | undefined
  /** what the caller may see: signatures of any of these signers, and of any of these documents */
  visible?: { signerEmails: string[]; documentIds: string[] }
}

export interface Page {
  limit: number
  skip: number
  /** the last row of the previous page */
  after?: CursorRow | undefined
}

export interface SignatureStore {
  /**
   * Stores a signature together with the move of its document, where that can be joined, or else with the intent to move it. The
   * sweeper does not touch the intent for `graceMs`, because the caller moves the document at once.
   * @param object its image, where that is still to be stored
   * @param request makes the insert idempotent
   * @returns the id, whether an earlier request with the same key has created it, and whether the document has moved with it
   * @throws DomainError already-signed, idempotency-key-reused, request-in-progress
   */
  insert(
    row: NewSignature,
    object: ObjectRow | undefined,
    graceMs: number,
    actor: Actor,
    request: IdempotentRequest | undefined,
  ): Promise<{ id: string; repeated: boolean; isMoved: boolean }>
  /** The id of the signature that the same request has created. @throws DomainError idempotency-key-reused */
  findCreated(request: IdempotentRequest): Promise<string | undefined>
  /** Removes a signature that was never acknowledged, with its intent, and frees the key of its request. */
  remove(id: string, request: IdempotentRequest | undefined): Promise<void>
  /** @throws DomainError signature-not-found */
  get(id: string): Promise<StoredSignature>
  /** Newest first. */
  list(filter: SignatureFilter, page: Page): Promise<StoredSignature[]>
  /** How many signatures there are, up to one more than MAX_TOTAL. */
  count(filter: SignatureFilter): Promise<number>
}

const COLUMNS = READ.join(', ')

// One statement, so that all rows are committed in one round trip.
const insertStatement = (objects: string): string => `
  WITH ${objects}signature AS (
    INSERT INTO signatures.signatures (${INSERTED.join(', ')})
    SELECT ${INSERTED.map((_, n) => `$${n + 1}`).join(', ')} FROM ${actingAs(INSERTED.length + 2)}
  )
  INSERT INTO signatures.signing_intents (signature_id, document_id, next_attempt_at, traceparent)
  VALUES ($1, $2, now() + $${INSERTED.length + 1} * interval '1 millisecond', $${INSERTED.length})`
const INSERT = insertStatement('')
const INSERT_WITH_OBJECT = insertStatement(`${insertingObject(INSERTED.length + 3)}, `)

export interface SignatureStoreOptions {
  pool: Pool
  /** of signatures.idempotency_keys; a result is the id of the signature */
  idempotency: Idempotency<{ id: string }>
  /** of the document role, where it runs in this process */
  joinedMove?: JoinedMove | undefined
}

export function createSignatureStore(options: SignatureStoreOptions): SignatureStore {
  const { pool, idempotency, joinedMove } = options
  const signed = joinedMove && insertSigned(pool, joinedMove)
  return {
    async insert(row, object, graceMs, actor, request) {
      const { id } = row
      const one = { row, object, actor }
      if (!request) {
        const isMoved = (await signed?.together(one)) ?? false
        if (!isMoved) await insert(pool, row, object, graceMs, actor)
        return { id, repeated: false, isMoved }
      }
      const once = (joined?: (on: Queryable) => Promise<boolean>) =>
        idempotency.once(request, async (transaction) => {
          if (!(await joined?.(transaction))) await insert(transaction, row, object, graceMs, actor)
          return { status: 201, result: { id } }
        })
      if (!signed) {
        const { result, repeated } = await once()
        return { id: result.id, repeated, isMoved: false }
      }
      const { done, isMoved } = await signed.within(one, once)
      return { id: done.result.id, repeated: done.repeated, isMoved }
    },

    findCreated: async (request) => (await idempotency.find(request))?.result.id,

    remove: (id, request) =>
      inTransaction(pool, async (transaction) => {
        await queryRows(
          transaction,
          `WITH signature AS (DELETE FROM signatures.signatures USING ${actingAs(2)} WHERE id = $1)
           DELETE FROM signatures.signing_intents WHERE signature_id = $1`,
          [id, SIGNATURE_ROLE],
        )
        if (request) await idempotency.forget(transaction, request)
      }),

    async get(id) {
      const text = `SELECT ${COLUMNS} FROM signatures.signatures WHERE id = $1`
      const [row] = await queryRows<StoredSignature>(pool, text, [id])
      if (!row) throw new DomainError('signature-not-found', `there is no signature ${id}`)
      return row
    },

    list(filter, page) {
      const { text, values } = listStatement(filter, page)
      return queryRows<StoredSignature>(pool, text, values, planOf(filter))
    },

    count(filter) {
      const { source, values } = selection(filter)
      return countRows(pool, source, values, planOf(filter))
    },
  }
}

async function insert(
  on: Queryable,
  row: NewSignature,
  object: ObjectRow | undefined,
  graceMs: number,
  actor: Actor,
): Promise<void> {
  const values = [...INSERTED.map((name) => row[name]), graceMs, actor]
  const inserted = object
    ? queryRows(on, INSERT_WITH_OBJECT, [...values, ...objectValues(object)])
    : queryRows(on, INSERT, values)
  await inserted.catch((error: unknown) => {
    throw insertErrorOf(error, row)
  })
}

/** Pages in the order of the indexes. Exported so that a test can read its plan. */
export function listStatement(
  filter: SignatureFilter,
  { after, limit, skip }: Page,
): { text: string; values: unknown[] } {
  const { source, values, bind } = selection(filter, after)
  const text =
    `SELECT ${COLUMNS} FROM ${source}` +
    ` ORDER BY signed_at DESC, id DESC LIMIT ${bind(limit)} OFFSET ${bind(skip)}`
  return { text, values }
}

/** A document has few signatures; how many a signer or a time has differs. */
const planOf = ({ signerEmails, signedFrom, signedTo, visible }: SignatureFilter) => ({
  dependsOnValues: [signerEmails, signedFrom, signedTo, visible].some((value) => value !== undefined),
})

/** The signatures that a filter selects, after a row of the order: what follows FROM. */
function selection(filter: SignatureFilter, after?: CursorRow) {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where: string[] = []
  const { documentIds, signerEmails, signedFrom, signedTo, visible } = filter
  if (documentIds) where.push(isAny('document_id', documentIds, bind))
  if (signerEmails) where.push(isAnyCaseless('signer_email', signerEmails, bind))
  if (signedFrom !== undefined) where.push(`signed_at >= ${bind(signedFrom)}`)
  if (signedTo !== undefined) where.push(`signed_at < ${bind(signedTo)}`)
  if (visible) {
    const own = isAnyCaseless('signer_email', visible.signerEmails, bind)
    where.push(`(${own} OR ${isAny('document_id', visible.documentIds, bind)})`)
  }
  if (after) where.push(`(signed_at, id) < (${bind(after.key)}::timestamptz, ${bind(after.id)}::uuid)`)
  const source = `signatures.signatures${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}`
  return { source, values, bind }
}
