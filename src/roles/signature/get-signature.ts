import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import type { SignatureReader } from './signature-reader.ts'
import { signatureSchema } from './signature-schema.ts'

/** GET /signatures/{id} */
export function getSignature(reader: SignatureReader): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/signatures/{id}',
    operationId: 'getSignature',
    summary: 'Read a signature, with its data as it was sent',
    params: idParams,
    responses: { 200: { description: 'the signature', schema: signatureSchema } },
    handle: async ({ params }) => ({ status: 200, json: await reader.read(params.id) }),
  })
}
