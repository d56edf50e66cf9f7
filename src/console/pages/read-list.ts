import {
  answerOf,
  api,
  dataOf,
  type Document,
  type DocumentStatus,
  nextCursor,
  type SearchHit,
} from '../api/client.ts'
import { type Facet, FACETS, type ListAddress } from './list-address.ts'

export interface ListPage {
  /** what was asked for */
  address: ListAddress
  documents: (Document | SearchHit)[]
  total: number
  isExact: boolean
  hasMore: boolean
}

export const PAGE_SIZE = 50
/** The most that one request answers. */
const LIST_LIMIT = 200
const SEARCH_LIMIT = 100

type Filters = Record<Facet, string[]>

/** Filters as parameters; the service says what is wrong with a value that somebody typed into the address. */
const parametersOf = (filters: Filters) => ({ ...filters, status: filters.status as DocumentStatus[] })

/**
 * The first `count` documents of a list or a search, read in as few requests as possible.
 * @throws Problem
 */
export async function readList(address: ListAddress, count: number, signal: AbortSignal): Promise<ListPage> {
  return address.q.trim() === '' ? readDocuments(address, count, signal) : search(address, count, signal)
}

async function readDocuments(address: ListAddress, count: number, signal: AbortSignal): Promise<ListPage> {
  const { filters, sort } = address
  const documents: Document[] = []
  let cursor: string | undefined
  for (;;) {
    const limit = Math.min(count - documents.length, LIST_LIMIT)
    const query = { ...parametersOf(filters), sort, limit, total: 'true' as const, ...(cursor && { cursor }) }
    const { data, response } = await answerOf(api.GET('/documents', { params: { query }, signal }))
    documents.push(...data)
    cursor = nextCursor(response)
    if (cursor && documents.length < count) continue
    const total = Number(response.headers.get('X-Total-Count'))
    const isExact = response.headers.get('X-Total-Is-Exact') === 'true'
    return { address, documents, total, isExact, hasMore: cursor !== undefined }
  }
}

async function search(address: ListAddress, count: number, signal: AbortSignal): Promise<ListPage> {
  const { q, filters } = address
  const documents: SearchHit[] = []
  for (;;) {
    const size = Math.min(count - documents.length, SEARCH_LIMIT)
    const query = { q, ...parametersOf(filters), from: documents.length, size }
    const page = await dataOf(api.GET('/search', { params: { query }, signal }))
    documents.push(...page.documents)
    const { total, total_is_exact: isExact } = page
    const hasMore = documents.length < total && page.documents.length === size
    if (!hasMore || documents.length >= count) return { address, documents, total, isExact, hasMore }
  }
}

export type FacetCounts = Record<Facet, { key: string; count: number }[]>

/**
 * How many documents each value of a facet has. The facet's own filter does not count, so that its other values can be
 * added.
 * @throws Problem
 */
export async function readFacets({ q, filters }: ListAddress, signal: AbortSignal): Promise<FacetCounts> {
  const counts = await Promise.all(
    FACETS.map(async (field) => {
      const query = { ...parametersOf({ ...filters, [field]: [] }), ...(q.trim() !== '' && { q }) }
      const { values } = await dataOf(
        api.GET('/aggregations/{field}', { params: { path: { field }, query }, signal }),
      )
      return [field, values] as const
    }),
  )
  return Object.fromEntries(counts) as FacetCounts
}
