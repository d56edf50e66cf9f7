import { z } from 'zod'
import type { Principal } from '../domain/request.ts'
import { cursorParameter, type CursorRow, decodeCursor, encodeCursor, nextLink } from './cursor.ts'
import { defineEndpoint, type Endpoint } from './endpoint.ts'
import { wholeNumber } from './fields.ts'
import { TOTAL_HEADERS, totalHeaders, totalParameter } from './total.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 200

const pageQuery = z.object({
  limit: wholeNumber({ min: 1, max: MAX_LIMIT, fallback: DEFAULT_LIMIT }),
  cursor: cursorParameter,
  total: totalParameter,
})
const PAGE_HEADERS = ['Link', 'Cache-Control', ...TOTAL_HEADERS] as const
export const PAGE_DESCRIPTION =
  'A page that has a next one names it in the header Link (rel="next"), with a cursor whose cost does not grow with depth.'

type PagedEndpoint<Row> = Pick<Endpoint, 'path' | 'operationId' | 'summary' | 'policy' | 'problems'> & {
  /** PAGE_DESCRIPTION unless given */
  description?: string
  /** of one entry */
  schema: z.ZodType
  /** the list that a caller gets. @throws DomainError for who has none */
  listFor: (principal: Principal) => PagedList<Row>
}

interface PagedList<Row> {
  /** whose list it is: a cursor is valid for the same one only */
  of: string
  /** whether a text can be the key of a row. A cursor comes from outside. */
  isKey: (key: string) => boolean
  /** whether one can be the id of a row; a UUID unless given */
  isId?: (id: string) => boolean
  read: (page: { limit: number; after: CursorRow | undefined }) => Promise<Row[]>
  count: () => Promise<number>
  rowOf: (row: Row) => CursorRow
  json: (row: Row) => unknown
}

/** A list that is read in pages, each with the header Link to the next one. */
export function definePagedList<Row>({ listFor, schema, ...endpoint }: PagedEndpoint<Row>): Endpoint {
  return defineEndpoint({
    method: 'GET',
    description: PAGE_DESCRIPTION,
    ...endpoint,
    query: pageQuery,
    responses: { 200: { description: 'a page', schema: z.array(schema), headers: PAGE_HEADERS } },
    handle: async ({ query }, { principal }) => readPage(endpoint.path, listFor(principal), query),
  })
}

/** @throws DomainError validation-failed naming `query.cursor` */
async function readPage<Row>(path: string, list: PagedList<Row>, asked: z.output<typeof pageQuery>) {
  const { limit, cursor, total } = asked
  const order = [path, list.of]
  const after = cursor === undefined ? undefined : decodeCursor(cursor, order, list.isKey, list.isId)
  const [rows, count] = await Promise.all([
    // One more tells whether there is a next page.
    list.read({ limit: limit + 1, after }),
    total === 'true' ? list.count() : undefined,
  ])
  const page = rows.slice(0, limit)
  const next = rows.length > limit ? encodeCursor(list.rowOf(page.at(-1)!), order) : undefined
  const query = { limit, ...(total !== undefined && { total }) }
  return {
    status: 200 as const,
    headers: { ...totalHeaders(count), ...(next !== undefined && { link: nextLink(path, query, next) }) },
    json: page.map(list.json),
  }
}
