import type { ReachOf } from '../../domain/access.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { id } from '../../http/fields.ts'
import { grantParams } from './access-schemas.ts'
import type { AccessStore } from './access-store.ts'
import { sharedBy } from './shared-by.ts'

export function deleteDocumentAccess(access: Pick<AccessStore, 'remove'>, reachOf: ReachOf): Endpoint {
  return defineEndpoint({
    method: 'DELETE',
    path: '/documents/{id}/access/{principal}',
    policy: 'share',
    operationId: 'deleteDocumentAccess',
    summary: 'Takes away the role that someone has in a document',
    description:
      'For its owners and administrators. The document is gone from their lists, searches and events; it is a new version of ' +
      'the document. The last owner stays.',
    params: grantParams(id),
    responses: { 204: { description: 'they have no role' } },
    problems: ['document-not-found', 'forbidden', 'last-owner'],
    async handle({ params }, context) {
      await access.remove(params.id as string, params.principal, sharedBy(context, reachOf))
      return { status: 204 }
    },
  })
}
