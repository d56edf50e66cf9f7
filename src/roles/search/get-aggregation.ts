import { z } from 'zod'
import { FACETS, queryName } from '../../domain/document-fields.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { searchQuery } from '../../http/search-query.ts'
import { filterFields } from './query-fields.ts'
import type { SearchesOf } from './searches-of.ts'

const NAMES = FACETS.map(queryName)
const params = z.object({ field: z.enum(NAMES, `must be one of ${NAMES.join(', ')}`) })
const query = z.object({ q: searchQuery(0).optional(), ...filterFields })
const responseSchema = z.object({
  field: z.enum(NAMES),
  values: z.array(z.object({ key: z.string(), count: z.int() })),
})

export function getAggregation({ searchesOf }: { searchesOf: SearchesOf }): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/aggregations/{field}',
    operationId: 'countDocumentsByField',
    summary: 'Number of documents for each value of a field',
    policy: 'list',
    description:
      'The most frequent values first, at most 50. With q, only the matches of a search are counted.',
    params,
    query,
    responses: { 200: { description: 'values and their numbers of documents', schema: responseSchema } },
    async handle({ params: { field }, query: { q, ...filters } }, context) {
      const facet = FACETS.find((name) => queryName(name) === field)!
      const values = await searchesOf(context).aggregate(facet, q || undefined, filters)
      return { status: 200, json: { field, values } }
    },
  })
}
