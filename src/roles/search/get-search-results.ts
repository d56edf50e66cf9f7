import { z } from 'zod'
import { HIT_FIELDS } from '../../domain/document-fields.ts'
import { returnedSchema } from '../../http/document-schemas.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { wholeNumber } from '../../http/fields.ts'
import type { Clock } from '../../runtime/clock.ts'
import { searchQuery } from '../../http/search-query.ts'
import { filterFields } from './query-fields.ts'
import type { SearchesOf } from './searches-of.ts'

const MAX_FROM = 10_000
const MAX_SIZE = 100

const hitSchema = z
  .object({
    ...Object.fromEntries(HIT_FIELDS.map((name) => [name, returnedSchema(name)])),
    score: z.number().meta({ description: 'higher is better; 0 for matches beyond the ranked ones' }),
    page: z.int().nullable().meta({ description: 'where the best match is, from 1; null: on no page' }),
    highlights: z
      .object({ title: z.array(z.string()).optional(), content: z.array(z.string()).optional() })
      .meta({ description: 'HTML: <em> around the matches, all else escaped' }),
  })
  .meta({ id: 'SearchHit' })

const responseSchema = z.object({
  total: z.int(),
  total_is_exact: z.boolean().meta({ description: 'false: there are more matches than total' }),
  documents: z.array(hitSchema),
  took_ms: z.int(),
  from: z.int(),
  size: z.int(),
})

const query = z.object({
  q: searchQuery(1),
  ...filterFields,
  from: wholeNumber({ min: 0, max: MAX_FROM, fallback: 0 }),
  size: wholeNumber({ min: 1, max: MAX_SIZE, fallback: 10 }),
})

export function getSearchResults({ searchesOf, clock }: { searchesOf: SearchesOf; clock: Clock }): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/search',
    operationId: 'searchDocuments',
    summary: 'Find documents by words in their titles and contents',
    policy: 'list',
    description:
      'Words are stemmed, accents do not matter, and typing errors are tolerated, but not in phrases, prefixes and ' +
      'exclusions. The best matches come first; of many matches only the newest are ranked. A query without a word ' +
      'to look for, such as `-draft`, finds everything else with a score of 0, the newest first.',
    query,
    responses: { 200: { description: 'matches, the best first', schema: responseSchema } },
    async handle({ query: { q, from, size, ...filters } }, context) {
      const start = clock.now().getTime()
      const searches = searchesOf(context)
      const { total, total_is_exact, documents } = await searches.search({ q, filters, from, size })
      const took_ms = Math.max(0, clock.now().getTime() - start)
      return { status: 200, json: { total, total_is_exact, documents, took_ms, from, size } }
    },
  })
}
