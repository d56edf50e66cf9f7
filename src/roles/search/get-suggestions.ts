import { z } from 'zod'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { wholeNumber } from '../../http/fields.ts'
import { queryText } from '../../http/search-query.ts'
import { filterFields } from './query-fields.ts'
import type { SearchesOf } from './searches-of.ts'

const query = z.object({
  q: queryText(2),
  ...filterFields,
  size: wholeNumber({ min: 1, max: 20, fallback: 5 }),
})

export function getSuggestions({ searchesOf }: { searchesOf: SearchesOf }): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/suggest',
    operationId: 'suggestTitles',
    summary: 'Searches that begin with the query',
    policy: 'list',
    description:
      'Titles that have all words of the query, the last one as a beginning, and then the query with a word of a text ' +
      'that completes its last one. Every suggestion finds something with the same filters.',
    query,
    responses: {
      200: { description: 'titles and queries', schema: z.object({ suggestions: z.array(z.string()) }) },
    },
    async handle({ query: { q, size, ...filters } }, context) {
      const suggestions = await searchesOf(context).suggest(q, size, filters)
      return { status: 200, json: { suggestions } }
    },
  })
}
