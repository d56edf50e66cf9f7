/** What a list of documents shows, as the query of its address, so that it can be kept, shared and gone back to. */
export const FACETS = ['status', 'content_type', 'language', 'created_by'] as const
export type Facet = (typeof FACETS)[number]

export const SORTS = ['-created_at', 'created_at', '-updated_at', 'title'] as const
export type Sort = (typeof SORTS)[number]

export interface ListAddress {
  /** in the language of searches; empty for all documents */
  q: string
  filters: Record<Facet, string[]>
  sort: Sort
}

export function readAddress(url: string): ListAddress {
  const query = new URL(url, location.origin).searchParams
  const sort = SORTS.find((one) => one === query.get('sort')) ?? SORTS[0]
  return { q: query.get('q') ?? '', filters: filtersOf((facet) => query.getAll(facet)), sort }
}

const filtersOf = (valuesOf: (facet: Facet) => string[]): ListAddress['filters'] =>
  Object.fromEntries(FACETS.map((facet) => [facet, valuesOf(facet)])) as ListAddress['filters']

export const NO_FILTERS = filtersOf(() => [])

export function writeAddress({ q, filters, sort }: ListAddress): string {
  const query = new URLSearchParams()
  if (q) query.set('q', q)
  for (const facet of FACETS) for (const value of filters[facet]) query.append(facet, value)
  if (sort !== SORTS[0]) query.set('sort', sort)
  return query.size === 0 ? '/' : `/?${query}`
}

export const hasFilters = ({ filters }: ListAddress): boolean =>
  FACETS.some((facet) => filters[facet].length > 0)
