import type { ReachOf } from '../../domain/access.ts'
import { actorOf, type ActorSource } from '../../db/acting.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { ChangeOptions } from './document-store.ts'

/** What a change has to know of who makes it. */
export const changeBy = (
  context: ActorSource & Pick<RequestContext, 'traceparent'>,
  reachOf: ReachOf,
): Pick<ChangeOptions, 'actor' | 'traceparent' | 'readable' | 'changeable'> => ({
  actor: actorOf(context),
  traceparent: context.traceparent,
  readable: reachOf(context.principal, 'read'),
  changeable: reachOf(context.principal, 'change'),
})
