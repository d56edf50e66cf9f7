import { z } from 'zod'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import type { DocumentStore } from './document-store.ts'
import { documentNotFound } from './preconditions.ts'

const stats = z
  .object({ document_id: z.uuid(), total_views: z.int().min(0), unique_views: z.int().min(0) })
  .meta({ id: 'DocumentStats' })

/** Unknown ids return zero counts, as in the original; a deleted document is not found. */
export function getDocumentStats(store: DocumentStore, cache: DocumentCache): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/stats',
    operationId: 'getDocumentStats',
    summary: 'How often a document was read, and by how many viewers',
    policy: 'read',
    params: idParams,
    responses: { 200: { description: 'the views', schema: stats } },
    problems: ['document-not-found'],
    async handle({ params: { id } }) {
      if (await store.wasDeleted(id)) throw documentNotFound(id)
      return { status: 200, json: { document_id: id, ...(await cache.stats(id)) } }
    },
  })
}
