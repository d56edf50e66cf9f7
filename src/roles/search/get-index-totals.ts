import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { TOTALS_DESCRIPTION, totalsResponse, totalsSchema } from '../../http/totals.ts'
import type { SearchIndex } from '../../ports/search/port.ts'

export function getIndexTotals(index: Pick<SearchIndex, 'totals'>): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/search/totals',
    operationId: 'getIndexTotals',
    summary: 'How many documents the search index has, and the sum of their versions',
    description: TOTALS_DESCRIPTION,
    policy: 'operator',
    responses: { 200: { description: 'the totals', schema: totalsSchema, headers: ['Cache-Control'] } },
    handle: async () => totalsResponse(await index.totals()),
  })
}
