import { buffer } from 'node:stream/consumers'
import type { Pool } from 'pg'
import { DomainError } from '../../domain/errors.ts'
import { type Signature, signatureImageKey } from '../../domain/signature.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import { decodeSignatureData } from './signature-data.ts'
import { type StoredSignature, findSignature } from './signature-store.ts'

export interface SignatureReader {
  /** @throws DomainError signature-not-found */
  find(id: string): Promise<StoredSignature>
  /** with its data; @throws DomainError signature-not-found */
  read(id: string): Promise<Signature>
  withData(row: StoredSignature): Promise<Signature>
}

export function createSignatureReader(pool: Pool, blobs: Blobs): SignatureReader {
  const find = async (id: string): Promise<StoredSignature> => {
    const row = await findSignature(pool, id)
    if (!row) throw new DomainError('signature-not-found', `there is no signature ${id}`)
    return row
  }

  const withData = async (row: StoredSignature): Promise<Signature> => {
    const { image_encoding: encoding, image_prefix: prefix } = row
    if (encoding === null) return withoutData(row)
    const stream = await blobs.get('signatures', signatureImageKey(row.id), rangeOf(row))
    if (!stream) throw new Error(`the object of signature ${row.id} is missing`)
    const signature_data = decodeSignatureData({ bytes: await buffer(stream), encoding, prefix })
    return { ...withoutData(row), signature_data }
  }

  return { find, withData, read: async (id) => withData(await find(id)) }
}

/** All of the image, said in bytes: storage reads a range that is known to be small in the cheapest way. */
export const rangeOf = ({ image_size: size }: StoredSignature): { start: number; end: number } | undefined =>
  size ? { start: 0, end: size - 1 } : undefined

/** As lists show it. */
export function withoutData(row: StoredSignature): Signature {
  const { id, document_id, signer_email, signer_name, signed_at, ip_address } = row
  return { id, document_id, signer_email, signer_name, signed_at, signature_data: null, ip_address }
}
