import { DomainError } from '../../domain/errors.ts'
import { refusing } from '../../domain/refusals.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import type { RequestContext } from '../../domain/request.ts'
import { idParams } from '../../http/fields.ts'
import type { SignatureAccess, Sight } from './signature-access.ts'
import { type SignatureImages, withoutEvidence } from './signature-images.ts'
import { signatureSchema } from './signature-schema.ts'
import type { SignatureStore, StoredSignature } from './signature-store.ts'

export interface SignatureReads {
  store: SignatureStore
  images: SignatureImages
  access: SignatureAccess
}

export function getSignature({ store, images, access }: SignatureReads): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/signatures/{id}',
    operationId: 'getSignature',
    summary: 'Read a signature, with its data as it was sent',
    description:
      'Where tokens are required, only owners of the document and the signer get signature_data, ip_address and ' +
      'client_address; for others they are null.',
    policy: 'read',
    params: idParams,
    responses: { 200: { description: 'the signature', schema: signatureSchema } },
    problems: ['signature-not-found', 'content-damaged'],
    async handle({ params }, context) {
      const { row, sight } = await readSignature(params.id, context, { store, access })
      return {
        status: 200,
        json: sight.maySeeEvidence(row) ? await images.withData(row) : withoutEvidence(row),
      }
    },
  })
}

/** @throws DomainError signature-not-found, also for one that the caller may not see; unavailable, deadline-exceeded */
export async function readSignature(
  id: string,
  context: RequestContext,
  { store, access }: Pick<SignatureReads, 'store' | 'access'>,
): Promise<{ row: StoredSignature; sight: Sight }> {
  const row = await store.get(id)
  const sight = await access.sightOf([row.document_id], context)
  if (!sight.maySee(row))
    throw refusing(row.document_id, new DomainError('signature-not-found', `there is no signature ${id}`))
  return { row, sight }
}
