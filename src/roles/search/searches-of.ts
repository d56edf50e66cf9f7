import { reachOf } from '../../domain/access.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { Searches, SearchIndex } from '../../ports/search/port.ts'

/** The searches of a request: in the documents that its caller may read. */
export type SearchesOf = (context: Pick<RequestContext, 'principal'>) => Searches

export const createSearchesOf =
  ({ within }: Pick<SearchIndex, 'within'>, authMode: 'open' | 'required'): SearchesOf =>
  ({ principal }) =>
    within(reachOf(principal, 'read', authMode))
