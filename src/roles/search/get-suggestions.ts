import { z } from 'zod'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { wholeNumber } from '../../http/fields.ts'
import type { SearchIndex } from '../../ports/search/port.ts'
import { queryText } from './query-fields.ts'

const query = z.object({ q: queryText(2), size: wholeNumber({ min: 1, max: 20, fallback: 5 }) })

export function getSuggestions({ index }: { index: SearchIndex }): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/suggest',
    operationId: 'suggestTitles',
    summary: 'Titles with a word that begins like the last word of the query',
    query,
    responses: { 200: { description: 'titles', schema: z.object({ suggestions: z.array(z.string()) }) } },
    async handle({ query: { q, size } }) {
      return { status: 200, json: { suggestions: await index.suggest(q, size) } }
    },
  })
}
