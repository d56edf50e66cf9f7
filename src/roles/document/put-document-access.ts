import { z } from 'zod'
import type { ReachOf } from '../../domain/access.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { id } from '../../http/fields.ts'
import { grantParams, grantSchema, role } from './access-schemas.ts'
import type { AccessStore } from './access-store.ts'
import { sharedBy } from './shared-by.ts'

const MAX_BODY_BYTES = 4_096

export function putDocumentAccess(access: Pick<AccessStore, 'put'>, reachOf: ReachOf): Endpoint {
  return defineEndpoint({
    method: 'PUT',
    path: '/documents/{id}/access/{principal}',
    policy: 'share',
    operationId: 'putDocumentAccess',
    summary: 'Gives someone a role in a document, or another one',
    description:
      'For its owners and administrators. Who gets a role sees the document in lists, searches and events at once; it is a ' +
      'new version of the document. A document keeps an owner.',
    params: grantParams(id),
    body: { schema: z.object({ role }, 'must be a JSON object'), maxBytes: MAX_BODY_BYTES },
    responses: { 200: { description: 'the role', schema: grantSchema } },
    problems: ['document-not-found', 'forbidden', 'last-owner'],
    async handle({ params, body }, context) {
      const grant = await access.put(
        params.id as string,
        params.principal,
        body.role,
        sharedBy(context, reachOf),
      )
      return { status: 200, json: grant }
    },
  })
}
