import type { Pool } from 'pg'
import { DomainError } from '../../domain/errors.ts'
import type { Signature } from '../../domain/signature.ts'
import { type Queryable, queryRows, sqlState } from '../../db/query.ts'
import type { CursorPlace } from '../../http/cursor.ts'

/** A row of signatures.signatures. */
export interface StoredSignature extends Omit<Signature, 'signature_data'> {
  image_encoding: 'base64' | 'text' | null
  image_prefix: string | null
  image_type: string | null
  image_size: number | null
  image_sha256: string | null
}

export interface NewSignature extends StoredSignature {
  traceparent: string
}

export interface SignatureFilter {
  documentId?: string | undefined
  signerEmail?: string | undefined
  /** ISO 8601, included */
  signedFrom?: string | undefined
  /** ISO 8601, not included */
  signedTo?: string | undefined
}

export interface Page {
  limit: number
  skip: number
  /** where the page before ended */
  after?: CursorPlace | undefined
}

const COLUMNS = `id, document_id, signer_email, signer_name, signed_at, ip_address,
  image_encoding, image_prefix, image_type, image_size, image_sha256`

// One statement, so that it is one transaction in one round trip: neither row is ever there without the other.
const INSERT = `
  WITH signature AS (
    INSERT INTO signatures.signatures (${COLUMNS}, traceparent)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  )
  INSERT INTO signatures.signing_intents (signature_id, document_id, next_attempt_at, traceparent)
  VALUES ($1, $2, now() + $13 * interval '1 millisecond', $12)`

/**
 * Stores a signature together with the intent to move its document. The sweeper leaves the intent alone for `graceMs`,
 * as whoever stores it makes the move at once.
 * @throws DomainError already-signed
 */
export async function insertSignature(on: Queryable, row: NewSignature, graceMs: number): Promise<void> {
  try {
    await queryRows(on, INSERT, [
      row.id,
      row.document_id,
      row.signer_email,
      row.signer_name,
      row.signed_at,
      row.ip_address,
      row.image_encoding,
      row.image_prefix,
      row.image_type,
      row.image_size,
      row.image_sha256,
      row.traceparent,
      graceMs,
    ])
  } catch (error) {
    if (
      sqlState(error) === '23505' &&
      (error as { constraint?: string }).constraint === 'signatures_one_a_signer'
    ) {
      throw new DomainError(
        'already-signed',
        `${row.signer_email} has signed the document ${row.document_id} already`,
      )
    }
    throw error
  }
}

/** Removes a signature that was never acknowledged, with its intent. */
export async function removeSignature(on: Queryable, id: string): Promise<void> {
  await queryRows(
    on,
    `WITH signature AS (DELETE FROM signatures.signatures WHERE id = $1)
     DELETE FROM signatures.signing_intents WHERE signature_id = $1`,
    [id],
  )
}

export async function findSignature(pool: Pool, id: string): Promise<StoredSignature | undefined> {
  const text = `SELECT ${COLUMNS} FROM signatures.signatures WHERE id = $1`
  const [row] = await queryRows<StoredSignature>(pool, text, [id])
  return row
}

/** Newest first. */
export function listSignatures(pool: Pool, filter: SignatureFilter, page: Page): Promise<StoredSignature[]> {
  const values: unknown[] = []
  const conditions: string[] = []
  const where = (condition: string, ...given: unknown[]): void => {
    const text = condition.replace(/\?/g, () => `$${values.push(given.shift())}`)
    conditions.push(text)
  }
  if (filter.documentId !== undefined) where('document_id = ?', filter.documentId)
  if (filter.signerEmail !== undefined) where('lower(signer_email) = lower(?)', filter.signerEmail)
  if (filter.signedFrom !== undefined) where('signed_at >= ?', filter.signedFrom)
  if (filter.signedTo !== undefined) where('signed_at < ?', filter.signedTo)
  if (page.after) where('(signed_at, id) < (?::timestamptz, ?::uuid)', page.after.key, page.after.id)
  const limits = `LIMIT $${values.push(page.limit)} OFFSET $${values.push(page.skip)}`
  return queryRows(
    pool,
    `SELECT ${COLUMNS} FROM signatures.signatures
     ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
     ORDER BY signed_at DESC, id DESC ${limits}`,
    values,
  )
}
