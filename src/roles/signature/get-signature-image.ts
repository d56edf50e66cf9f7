import { z } from 'zod'
import { DomainError } from '../../domain/errors.ts'
import { refusing } from '../../domain/refusals.ts'
import { entityTag, isNotModified } from '../../http/conditional.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { binary, idParams } from '../../http/fields.ts'
import { readSignature, type SignatureReads } from './get-signature.ts'

export function getSignatureImage({ store, images, access }: SignatureReads): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/signatures/{id}/image',
    operationId: 'getSignatureImage',
    summary: "A signature's image",
    policy: 'evidence',
    params: idParams,
    headers: { 'If-None-Match': 'the ETag of the image that the client has: 304 when it is this one' },
    responses: {
      200: {
        description: 'the image, of the type found in its bytes',
        contentTypes: { 'application/octet-stream': binary, 'image/*': z.unknown() },
        headers: ['ETag', 'Cache-Control'],
      },
      304: { description: 'the client has it', headers: ['ETag', 'Cache-Control'] },
    },
    problems: ['signature-not-found', 'content-damaged'],
    async handle({ params, headers }, context) {
      const { row, sight } = await readSignature(params.id, context, { store, access })
      if (!sight.maySeeEvidence(row)) {
        const why = 'only owners of the document and the signer see the image'
        throw refusing(row.document_id, new DomainError('forbidden', why))
      }
      if (row.image_type === null) {
        const why =
          row.image_encoding === null ? 'has no signature_data' : 'has signature_data that is not an image'
        throw new DomainError('not-found', `the signature ${params.id} ${why}`)
      }
      const common = { etag: entityTag(row.image_sha256!), 'cache-control': 'private, no-cache' }
      if (isNotModified(headers['if-none-match'], row.image_sha256!)) return { status: 304, headers: common }
      return {
        status: 200,
        headers: {
          ...common,
          'content-type': row.image_type,
          'content-length': String(row.image_size),
          // Untrusted bytes: a browser may show them as an image and nothing else.
          'x-content-type-options': 'nosniff',
          'content-security-policy': "default-src 'none'; sandbox",
          'cross-origin-resource-policy': 'same-origin',
        },
        stream: await images.open(row),
      }
    },
  })
}
