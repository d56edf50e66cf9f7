import { z } from 'zod'
import type { ReachOf } from '../../domain/access.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import { grantSchema } from './access-schemas.ts'
import type { AccessStore } from './access-store.ts'
import { sharedBy } from './shared-by.ts'

export function listDocumentAccess(access: Pick<AccessStore, 'list'>, reachOf: ReachOf): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/access',
    policy: 'share',
    operationId: 'listDocumentAccess',
    summary: 'Who has a role in a document, the owners first',
    description: 'For its owners and administrators.',
    params: idParams,
    responses: {
      200: { description: 'everyone with a role', schema: z.array(grantSchema), headers: ['Cache-Control'] },
    },
    problems: ['document-not-found', 'forbidden'],
    async handle({ params }, context) {
      const grants = await access.list(params.id, sharedBy(context, reachOf))
      return { status: 200, headers: { 'cache-control': 'private, no-cache' }, json: grants }
    },
  })
}
