import { z } from 'zod'
import type { Document } from '../../domain/document.ts'
import { invalidField } from '../../domain/errors.ts'
import { isTime } from '../../domain/time.ts'
import { decodeCursor, encodeCursor, nextLink } from '../../http/cursor.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { dateTime, status, text, wholeNumber } from '../../http/fields.ts'
import { documentSchema } from './document-fields.ts'
import { type DocumentLister, SORT_KEYS, type Sort } from './document-lister.ts'

const MAX_LIMIT = 200
/** Skipped rows are read all the same. */
const MAX_SKIP = 10_000
const SORTS = SORT_KEYS.flatMap((key) => [key, `-${key}`] as const)

const query = z.object({
  skip: wholeNumber({ min: 0, max: 999_999_999, fallback: 0 }).refine(
    (skip) => skip <= MAX_SKIP,
    `must be at most ${MAX_SKIP}; to go deeper, follow the header Link of each page (its cursor)`,
  ),
  limit: wholeNumber({ min: 0, max: MAX_LIMIT, fallback: 100 }),
  cursor: z.string().optional(),
  sort: z.enum(SORTS, `must be one of ${SORTS.join(', ')}`).default('-created_at'),
  status: status.optional(),
  created_by: text({ min: 1, max: 320 }).optional(),
  content_type: text({ min: 1, max: 255 }).optional(),
  created_from: dateTime.optional(),
  created_to: dateTime.optional(),
  title: text({ min: 1, max: 255 }).optional(),
  content_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')
    .optional(),
})

export function listDocuments(list: DocumentLister): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents',
    operationId: 'listDocuments',
    summary: 'Documents, the newest first',
    description:
      'A page that has a next one names it in the header Link (rel="next"), with a cursor whose cost does not grow with ' +
      'depth. created_from is inclusive, created_to is not; title finds a part of the title, in any case.',
    query,
    responses: { 200: { description: 'a page', schema: z.array(documentSchema) } },
    async handle({ query: { skip, limit, cursor, sort: order, ...filters } }) {
      const sort: Sort = { key: order.replace('-', '') as Sort['key'], descending: order.startsWith('-') }
      const identity = [order, Object.entries(filters).filter(([, value]) => value !== undefined)]
      if (cursor !== undefined && skip > 0)
        throw invalidField('query.skip', 'cannot be combined with a cursor')
      const after = cursor === undefined ? undefined : decodeCursor(cursor, identity, isKeyOf(sort))
      if (limit === 0) return { status: 200, json: [] }
      const documents = await list({ filters, sort, skip, limit: limit + 1, after })
      if (documents.length <= limit) return { status: 200, json: documents }
      const page = documents.slice(0, limit)
      const { id, [sort.key]: key } = page.at(-1) as Document
      const asked = { limit, ...(order !== '-created_at' && { sort: order }), ...filters }
      return {
        status: 200,
        headers: { link: nextLink('/documents', asked, encodeCursor({ key, id }, identity)) },
        json: page,
      }
    },
  })
}

function isKeyOf({ key }: Sort): (value: string) => boolean {
  if (key === 'title') return (value) => text({ max: 255 }).safeParse(value).success
  return isTime
}
