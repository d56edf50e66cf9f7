import { z } from 'zod'
import { defineEndpoint } from '../../http/endpoint.ts'
import { FACETS } from '../../domain/document-fields.ts'
import { filterFields, filtersOf, queryText } from './fields.ts'
import type { SearchRoleOptions } from './role.ts'

const answer = z.object({
  field: z.enum(FACETS),
  values: z.array(z.object({ key: z.string(), count: z.int() })),
})

/** GET /aggregations/{field} */
export const aggregateEndpoint = ({ index }: SearchRoleOptions) =>
  defineEndpoint({
    method: 'GET',
    path: '/aggregations/{field}',
    operationId: 'countDocumentsByField',
    summary: 'How many documents have each value of a field',
    description: 'The most frequent values first, at most 50. With q, only what a search finds is counted.',
    params: z.object({ field: z.enum(FACETS, `must be one of ${FACETS.join(', ')}`) }),
    query: z.object({ q: queryText(0).optional(), ...filterFields }),
    responses: { 200: { description: 'values and how many documents have them', schema: answer } },
    async handle({ params: { field }, query }) {
      const values = await index.aggregate(field, query.q || undefined, filtersOf(query))
      return { status: 200, json: { field, values } }
    },
  })
