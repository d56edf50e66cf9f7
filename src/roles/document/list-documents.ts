import { z } from 'zod'
import { type ReachOf, subjectsOf } from '../../domain/access.ts'
import { invalidField } from '../../domain/errors.ts'
import { isTime } from '../../domain/time.ts'
import { cursorParameter, decodeCursor, encodeCursor, nextLink } from '../../http/cursor.ts'
import { documentSchema, filterShape } from '../../http/document-schemas.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { text, wholeNumber } from '../../http/fields.ts'
import { TOTAL_HEADERS, totalHeaders, totalParameter } from '../../http/total.ts'
import type { DocumentLists } from './document-lists.ts'
import { type ListQuery, SORT_KEYS } from './list-statement.ts'

const MAX_LIMIT = 200
/** Skipped rows are read all the same. */
const MAX_SKIP = 10_000
const SORTS = SORT_KEYS.flatMap((key) => [key, `-${key}`] as const)
const DEFAULT_SORT = '-created_at'

const query = z.object({
  skip: wholeNumber({
    min: 0,
    max: MAX_SKIP,
    fallback: 0,
    advice: '; to go deeper, follow the header Link of each page (its cursor)',
  }),
  limit: wholeNumber({ min: 0, max: MAX_LIMIT, fallback: 100 }),
  cursor: cursorParameter,
  sort: z.enum(SORTS, `must be one of ${SORTS.join(', ')}`).default(DEFAULT_SORT),
  total: totalParameter,
  ...filterShape('list'),
})

/** @param mode `required`: a cursor is valid for who has got it */
export function listDocuments(lists: DocumentLists, reachOf: ReachOf, mode: 'open' | 'required'): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents',
    operationId: 'listDocuments',
    summary: 'Documents, the newest first',
    policy: 'list',
    description:
      'A page that has a next one names it in the header Link (rel="next"), with a cursor whose cost does not grow with ' +
      'depth. created_from is inclusive, created_to is not; title finds a part of the title, in any case. A filter that is ' +
      'given several times finds the documents with any of its values. Where a token is needed, the list has what its ' +
      'user may read.',
    query,
    responses: {
      200: { description: 'a page', schema: z.array(documentSchema), headers: ['Link', ...TOTAL_HEADERS] },
    },
    async handle({ query: { skip, limit, cursor, sort: order, total, ...filters } }, { principal }) {
      const sort = sortOf(order)
      const given = filters as Record<string, string | string[] | undefined>
      const identity: unknown[] = [order, Object.entries(given).filter(([, value]) => value !== undefined)]
      if (mode === 'required') identity.push(subjectsOf(principal))
      const reach = reachOf(principal, 'read')
      if (cursor !== undefined && skip > 0)
        throw invalidField('query.skip', 'cannot be combined with a cursor')
      const after = cursor === undefined ? undefined : decodeCursor(cursor, identity, isKeyOf(sort))
      const [documents, count] = await Promise.all([
        limit === 0 ? [] : lists.list({ filters, sort, skip, limit: limit + 1, after }, reach),
        total === 'true' ? lists.count(filters, reach) : undefined,
      ])
      const headers = totalHeaders(count)
      const page = documents.slice(0, limit)
      const jsonText = `[${page.map(({ json }) => json).join(',')}]`
      if (documents.length <= limit) return { status: 200, headers, jsonText }
      const { id, key } = page.at(-1)!
      const asked = {
        limit,
        ...(order !== DEFAULT_SORT && { sort: order }),
        ...(total === 'true' && { total }),
        ...given,
      }
      return {
        status: 200,
        headers: { ...headers, link: nextLink('/documents', asked, encodeCursor({ key, id }, identity)) },
        jsonText,
      }
    },
  })
}

function sortOf(order: (typeof SORTS)[number]): ListQuery['sort'] {
  const key = order.replace('-', '') as ListQuery['sort']['key']
  return { key, descending: order.startsWith('-') }
}

function isKeyOf({ key }: ListQuery['sort']): (value: string) => boolean {
  return key === 'title' ? (value) => text({ max: 255 }).safeParse(value).success : isTime
}
