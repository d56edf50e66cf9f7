import type { Readable } from 'node:stream'
import type { ObjectRow } from '../../db/object-rows.ts'
import { MAX_SIGNATURE_DATA_BYTES, type Signature, signatureImageKey } from '../../domain/signature.ts'
import { magicTypeOf } from '../../extraction/magic-type.ts'
import type { Blobs, StoredObject } from '../../ports/blobs/port.ts'
import type { Logger } from '../../runtime/logger.ts'
import { decodeSignatureData, encodeSignatureData } from './signature-data.ts'
import type { StoredSignature } from './signature-store.ts'

export type ImageColumns = Pick<
  StoredSignature,
  'image_encoding' | 'image_prefix' | 'image_type' | 'image_size' | 'image_sha256'
>

export interface PreparedImage {
  /** what the row of the signature says about it */
  columns: ImageColumns
  /** see PreparedObject */
  object: ObjectRow | undefined
}

/** The `signature_data` of signatures, which are objects in the bucket `signatures`. */
export interface SignatureImages {
  /** Stores the data, unless they are to be inserted with the row of the signature. */
  prepare(id: string, signatureData: string | null): Promise<PreparedImage>
  /** @throws DomainError content-damaged, unavailable */
  open(row: StoredSignature): Promise<Readable>
  /** Removes the image of a row that was not committed. If this fails, the object stays until `docmgr gc`. */
  discard(row: StoredSignature): Promise<void>
  /** The signature with its data as they were sent. @throws DomainError content-damaged, unavailable */
  withData(row: StoredSignature): Promise<Signature>
}

/** With less, no image format can be recognised. */
const MIN_IMAGE_BYTES = 12
const NO_IMAGE: ImageColumns = {
  image_encoding: null,
  image_prefix: null,
  image_type: null,
  image_size: null,
  image_sha256: null,
}

export function createSignatureImages(blobs: Blobs, log: Logger): SignatureImages {
  const objectOf = ({ id, image_size, image_sha256 }: StoredSignature): StoredObject => ({
    bucket: 'signatures',
    key: signatureImageKey(id),
    size: image_size!,
    sha256: image_sha256,
  })

  return {
    async prepare(id, signatureData) {
      if (signatureData === null) return { columns: NO_IMAGE, object: undefined }
      const { bytes, encoding, prefix } = encodeSignatureData(signatureData)
      const type = encoding === 'base64' ? await imageTypeOf(bytes) : null
      const { size, sha256, row } = await blobs.prepare('signatures', signatureImageKey(id), bytes, {
        contentType: type ?? 'application/octet-stream',
        maxBytes: MAX_SIGNATURE_DATA_BYTES,
      })
      const columns = {
        image_encoding: encoding,
        image_prefix: prefix,
        image_type: type,
        image_size: size,
        image_sha256: sha256,
      }
      return { columns, object: row }
    },

    open: (row) => blobs.open(objectOf(row)),

    async discard({ id, image_size }) {
      if (image_size === null) return
      await blobs.delete('signatures', signatureImageKey(id)).catch((error: unknown) => {
        log.warn({ err: error, signature: id }, 'could not delete unreferenced object')
      })
    },

    async withData(row) {
      const { image_encoding: encoding, image_prefix: prefix } = row
      if (encoding === null) return withoutData(row)
      const signature_data = decodeSignatureData({ bytes: await blobs.read(objectOf(row)), encoding, prefix })
      return { ...withoutData(row), signature_data }
    },
  }
}

/** The signature as lists show it. */
export function withoutData(row: StoredSignature): Signature {
  const { id, document_id, signer_email, signer_name, signed_at, ip_address } = row
  const { content_sha256, client_address, token_subject, signed_by } = row
  const evidence = { content_sha256, client_address, token_subject, signed_by }
  return {
    id,
    document_id,
    signer_email,
    signer_name,
    signed_at,
    signature_data: null,
    ip_address,
    ...evidence,
  }
}

/** The signature as those see it who are neither owners of the document nor the signer. */
export const withoutEvidence = (row: StoredSignature): Signature => ({
  ...withoutData(row),
  ip_address: null,
  client_address: null,
})

async function imageTypeOf(bytes: Buffer): Promise<string | null> {
  if (bytes.length < MIN_IMAGE_BYTES) return null
  const type = await magicTypeOf(bytes)
  return type?.startsWith('image/') ? type : null
}
