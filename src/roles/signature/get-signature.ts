import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import type { SignatureImages } from './signature-images.ts'
import { signatureSchema } from './signature-schema.ts'
import type { SignatureStore } from './signature-store.ts'

export function getSignature(store: SignatureStore, images: SignatureImages): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/signatures/{id}',
    operationId: 'getSignature',
    summary: 'Read a signature, with its data as it was sent',
    policy: 'read',
    params: idParams,
    responses: { 200: { description: 'the signature', schema: signatureSchema } },
    problems: ['signature-not-found', 'content-damaged'],
    handle: async ({ params }) => ({
      status: 200,
      json: await images.withData(await store.get(params.id)),
    }),
  })
}
