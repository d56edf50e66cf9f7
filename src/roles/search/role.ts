import type { Endpoint } from '../../http/endpoint.ts'
import type { SearchIndex } from '../../ports/search/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import { aggregateEndpoint } from './aggregate.ts'
import { searchEndpoint } from './search.ts'
import { suggestEndpoint } from './suggest.ts'

/** What the role reads; it writes nothing. */
export interface SearchRoleOptions {
  index: SearchIndex
  clock: Clock
}

export function searchEndpoints(options: SearchRoleOptions): Endpoint[] {
  return [searchEndpoint(options), suggestEndpoint(options), aggregateEndpoint(options)]
}
