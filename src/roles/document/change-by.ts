import type { ReachOf } from '../../domain/access.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { ChangeOptions } from './document-store.ts'

/** What a change has to know of who makes it. */
export const changeBy = (
  { principal, traceparent }: Pick<RequestContext, 'principal' | 'traceparent'>,
  reachOf: ReachOf,
): Pick<ChangeOptions, 'traceparent' | 'readable' | 'changeable'> => ({
  traceparent,
  readable: reachOf(principal, 'read'),
  changeable: reachOf(principal, 'change'),
})
