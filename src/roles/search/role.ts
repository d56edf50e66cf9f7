import type { Endpoint } from '../../http/endpoint.ts'
import type { SearchIndex } from '../../ports/search/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import { getAggregation } from './get-aggregation.ts'
import { getSearchResults } from './get-search-results.ts'
import { getSuggestions } from './get-suggestions.ts'

/** The role that reads the search index. */
export function createSearchRole({ index, clock }: { index: SearchIndex; clock: Clock }): {
  endpoints: Endpoint[]
} {
  return {
    endpoints: [getSearchResults({ index, clock }), getSuggestions({ index }), getAggregation({ index })],
  }
}
