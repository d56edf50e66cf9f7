import { type ReachOf, subjectsOf } from '../../domain/access.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { AccessChange } from './access-store.ts'

/** What a change of access has to know of who makes it. */
export const sharedBy = (
  { principal, traceparent }: Pick<RequestContext, 'principal' | 'traceparent'>,
  reachOf: ReachOf,
): AccessChange => ({
  readable: reachOf(principal, 'read'),
  shareable: reachOf(principal, 'share'),
  by: subjectsOf(principal)[0] ?? 'anonymous',
  traceparent,
})
