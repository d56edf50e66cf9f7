import type { ReachOf } from '../../domain/access.ts'
import { expectedVersions, ifMatch } from '../../http/conditional.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import { changeBy } from './change-by.ts'
import type { DocumentStore } from './document-store.ts'

/** Marks the row as deleted, so that the change feed and the search index get the deletion as a version. */
export function deleteDocument(store: Pick<DocumentStore, 'remove'>, reachOf: ReachOf): Endpoint {
  return defineEndpoint({
    method: 'DELETE',
    path: '/documents/{id}',
    operationId: 'deleteDocument',
    summary: 'Deletes a document that was never signed',
    policy: 'change',
    params: idParams,
    headers: { 'If-Match': ifMatch },
    problems: ['document-not-found', 'forbidden', 'version-mismatch', 'document-not-deletable'],
    responses: { 204: { description: 'deleted' } },
    async handle({ params, headers }, context) {
      const versions = expectedVersions(headers['if-match'])
      await store.remove(params.id, { versions, ...changeBy(context, reachOf) })
      return { status: 204 }
    },
  })
}
