import type { Endpoint } from '../../http/endpoint.ts'
import type { SearchIndex } from '../../ports/search/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import { aggregateValues } from './get-aggregation.ts'
import { searchDocuments } from './get-search-results.ts'
import { suggestTitles } from './get-suggestions.ts'

/** The role that reads the search index. */
export function createSearchRole({ index, clock }: { index: SearchIndex; clock: Clock }): {
  endpoints: Endpoint[]
} {
  return {
    endpoints: [searchDocuments({ index, clock }), suggestTitles({ index }), aggregateValues({ index })],
  }
}
