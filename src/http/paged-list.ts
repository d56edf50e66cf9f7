import { z } from 'zod'
import { cursorParameter, type CursorRow, decodeCursor, encodeCursor, nextLink } from './cursor.ts'
import type { ResponseHeader } from './response-headers.ts'
import { wholeNumber } from './fields.ts'
import { TOTAL_HEADERS, totalHeaders, totalParameter } from './total.ts'

export const NO_STORE = { 'cache-control': 'no-store' }

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 200

export const pageQuery = z.object({
  limit: wholeNumber({ min: 1, max: MAX_LIMIT, fallback: DEFAULT_LIMIT }),
  cursor: cursorParameter,
  total: totalParameter,
})
export const PAGE_HEADERS = ['Link', 'Cache-Control', ...TOTAL_HEADERS] as const satisfies ResponseHeader[]
export const PAGE_DESCRIPTION =
  'A page that has a next one names it in the header Link (rel="next"), with a cursor whose cost does not grow with depth.'

interface PagedList<Row> {
  path: string
  /** whose list it is: a cursor is valid for the same one only */
  of: unknown
  isKey: (key: string) => boolean
  isId?: (id: string) => boolean
  read: (page: { limit: number; after: CursorRow | undefined }) => Promise<Row[]>
  count: () => Promise<number>
  rowOf: (row: Row) => CursorRow
  json: (row: Row) => unknown
}

/** A page of a list, with the header Link to the next one. @throws DomainError validation-failed naming `query.cursor` */
export async function readPage<Row>(list: PagedList<Row>, asked: z.output<typeof pageQuery>) {
  const { limit, cursor, total } = asked
  const order = [list.path, list.of]
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
    headers: {
      ...NO_STORE,
      ...totalHeaders(count),
      ...(next !== undefined && { link: nextLink(list.path, query, next) }),
    },
    json: page.map(list.json),
  }
}
