import { DomainError } from '../../domain/errors.ts'
import { signatureImageKey } from '../../domain/signature.ts'
import { entityTag, isNotModified } from '../../http/conditional.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import { rangeOf, type SignatureReader } from './signature-reader.ts'

/** GET /signatures/{id}/image: the bytes, where they are an image. */
export function getSignatureImage(reader: SignatureReader, blobs: Blobs): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/signatures/{id}/image',
    operationId: 'getSignatureImage',
    summary: "A signature's image",
    params: idParams,
    headers: { 'If-None-Match': 'the ETag of the image that the client has: 304 when it is this one' },
    responses: {
      200: { description: 'the image, of the type found in its bytes', contentType: 'image/*' },
      304: { description: 'the client has it' },
    },
    async handle({ params, headers }) {
      const row = await reader.find(params.id)
      if (row.image_type === null) {
        const why =
          row.image_encoding === null
            ? 'was sent without signature_data'
            : 'has signature_data that is no image'
        throw new DomainError('not-found', `the signature ${params.id} ${why}`)
      }
      const common = { etag: entityTag(row.image_sha256!), 'cache-control': 'private, no-cache' }
      if (isNotModified(headers['if-none-match'], row.image_sha256!)) return { status: 304, headers: common }
      const stream = await blobs.get('signatures', signatureImageKey(row.id), rangeOf(row))
      if (!stream) throw new Error(`the object of signature ${row.id} is missing`)
      return {
        status: 200,
        headers: {
          ...common,
          'content-type': row.image_type,
          'content-length': String(row.image_size),
          // The bytes are a stranger's: a browser shows them as an image or not at all.
          'x-content-type-options': 'nosniff',
          'content-security-policy': "default-src 'none'; sandbox",
        },
        stream,
      }
    },
  })
}
