import type { Endpoint } from '../../http/endpoint.ts'
import type { SearchIndex } from '../../ports/search/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import { getAggregation } from './get-aggregation.ts'
import { getIndexTotals } from './get-index-totals.ts'
import { getSearchResults } from './get-search-results.ts'
import { getSuggestions } from './get-suggestions.ts'
import { createSearchesOf } from './searches-of.ts'

export interface SearchRoleOptions {
  index: SearchIndex
  authMode: 'open' | 'required'
  clock: Clock
}

/** The role that reads the search index. */
export function createSearchRole({ index, authMode, clock }: SearchRoleOptions): { endpoints: Endpoint[] } {
  const searchesOf = createSearchesOf(index, authMode)
  return {
    endpoints: [
      getSearchResults({ searchesOf, clock }),
      getSuggestions({ searchesOf }),
      getAggregation({ searchesOf }),
      getIndexTotals(index),
    ],
  }
}
