import { z } from 'zod'
import type { ReachOf } from '../../domain/access.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import type { DocumentStore } from './document-store.ts'
import type { ReadDocument } from './read-document.ts'
import { documentNotFound } from './preconditions.ts'

const stats = z
  .object({ document_id: z.uuid(), total_views: z.int().min(0), unique_views: z.int().min(0) })
  .meta({ id: 'DocumentStats' })

export interface GetDocumentStatsOptions {
  store: Pick<DocumentStore, 'wasDeleted'>
  read: ReadDocument
  cache: Pick<DocumentCache, 'stats'>
  reachOf: ReachOf
}

/**
 * For who may read everything unknown ids return zero counts, as in the original. A deleted document is not found, nor, for
 * others, one that they may not read or that there is not.
 */
export function getDocumentStats({ store, read, cache, reachOf }: GetDocumentStatsOptions): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/stats',
    operationId: 'getDocumentStats',
    summary: 'How often a document was read, and by how many viewers',
    policy: 'read',
    params: idParams,
    responses: { 200: { description: 'the views', schema: stats } },
    problems: ['document-not-found'],
    async handle({ params: { id } }, { principal }) {
      const reach = reachOf(principal, 'read')
      if (reach !== 'all') await read(id, reach)
      else if (await store.wasDeleted(id)) throw documentNotFound(id)
      return { status: 200, json: { document_id: id, ...(await cache.stats(id)) } }
    },
  })
}
