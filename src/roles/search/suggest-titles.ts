import { z } from 'zod'
import { defineEndpoint } from '../../http/endpoint.ts'
import { wholeNumber } from '../../http/fields.ts'
import { queryText } from './fields.ts'
import type { SearchRoleOptions } from './role.ts'

/** GET /suggest */
export const suggestEndpoint = ({ index }: SearchRoleOptions) =>
  defineEndpoint({
    method: 'GET',
    path: '/suggest',
    operationId: 'suggestTitles',
    summary: 'Titles with a word that begins like the last word typed',
    query: z.object({ q: queryText(2), size: wholeNumber({ min: 1, max: 20, fallback: 5 }) }),
    responses: { 200: { description: 'titles', schema: z.object({ suggestions: z.array(z.string()) }) } },
    async handle({ query: { q, size } }) {
      return { status: 200, json: { suggestions: await index.suggest(q, size) } }
    },
  })
