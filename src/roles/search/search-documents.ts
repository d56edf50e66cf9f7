import { z } from 'zod'
import { STATUSES } from '../../domain/document.ts'
import { defineEndpoint } from '../../http/endpoint.ts'
import { wholeNumber } from '../../http/fields.ts'
import { filterFields, filtersOf, queryText } from './fields.ts'
import type { SearchRoleOptions } from './role.ts'

const MAX_FROM = 10_000
const MAX_SIZE = 100

const hit = z
  .object({
    id: z.uuid(),
    title: z.string(),
    status: z.enum(STATUSES),
    created_by: z.string(),
    content_type: z.string(),
    content_size: z.int().meta({ description: 'bytes' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    version: z.int(),
    score: z.number().meta({ description: 'greater is better; 0 for matches beyond those that are ranked' }),
    highlights: z
      .object({ title: z.array(z.string()).optional(), content: z.array(z.string()).optional() })
      .meta({ description: 'HTML: <em> around what was found, all else escaped' }),
  })
  .meta({ id: 'SearchHit' })

const answer = z.object({
  total: z.int(),
  total_is_exact: z.boolean().meta({ description: 'false: there are more than total' }),
  documents: z.array(hit),
  took_ms: z.int(),
  from: z.int(),
  size: z.int(),
})

/** GET /search */
export const searchEndpoint = ({ index, clock }: SearchRoleOptions) =>
  defineEndpoint({
    method: 'GET',
    path: '/search',
    operationId: 'searchDocuments',
    summary: 'Find documents by words in their titles and contents',
    description:
      'Every word has to be there. Words are stemmed, accents do not matter, typing errors are forgiven, and "…" ' +
      'is a phrase. The best matches come first: of many, only the newest are ranked.',
    query: z.object({
      q: queryText(1),
      ...filterFields,
      from: wholeNumber({ min: 0, max: MAX_FROM, fallback: 0 }),
      size: wholeNumber({ min: 1, max: MAX_SIZE, fallback: 10 }),
    }),
    responses: { 200: { description: 'what was found, the best first', schema: answer } },
    async handle({ query }) {
      const begun = clock.now().getTime()
      const { q, from, size } = query
      const { total, total_is_exact, documents } = await index.search({
        q,
        filters: filtersOf(query),
        from,
        size,
      })
      const took_ms = Math.max(0, clock.now().getTime() - begun)
      return { status: 200, json: { total, total_is_exact, documents, took_ms, from, size } }
    },
  })
