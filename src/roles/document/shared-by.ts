import { type ReachOf, subjectsOf } from '../../domain/access.ts'
import { actorOf, type ActorSource } from '../../db/acting.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { AccessChange } from './access-store.ts'

/** What a change of access has to know of who makes it. */
export const sharedBy = (
  context: ActorSource & Pick<RequestContext, 'traceparent'>,
  reachOf: ReachOf,
): AccessChange => ({
  readable: reachOf(context.principal, 'read'),
  shareable: reachOf(context.principal, 'share'),
  by: subjectsOf(context.principal)[0] ?? 'anonymous',
  actor: actorOf(context),
  traceparent: context.traceparent,
})
