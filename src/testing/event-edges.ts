import { getEvents } from '../roles/ws/get-events.ts'
import { createAdmission } from '../roles/ws/admission.ts'
import { DEFAULT_WS_LIMITS } from '../roles/ws/limits.ts'
import type { Subscribe } from '../roles/ws/subscribe.ts'
import type { Tickets } from '../roles/ws/tickets.ts'
import { createUpgradeHandler } from '../roles/ws/upgrade-handler.ts'
import type { HttpOptions } from '../http/create-app.ts'
import { createUnlimited } from '../runtime/limiter.ts'

/** The edges of WebSockets and event streams without the role behind them. @param admit decides about each subscription */
export function createEventEdges(
  admit: Subscribe['admit'],
  {
    authenticator,
    guard,
    limits: ofRequests,
    log,
    newId,
  }: Pick<HttpOptions, 'authenticator' | 'guard' | 'limits' | 'log' | 'newId'>,
) {
  const limiter = createUnlimited()
  const limits = DEFAULT_WS_LIMITS
  const edge = {
    admission: createAdmission({ limits, limiter, log, metrics: undefined }),
    subscribe: { admit },
    authenticator,
    // No client of these edges sends a ticket.
    tickets: {} as Tickets,
    limits,
    isPosition: () => true,
  }
  const clientLimits = { limiter, ofRequests }
  const addressOf = (): string => '127.0.0.1'
  return {
    upgrade: createUpgradeHandler({
      ...edge,
      refusals: { record() {} },
      clientLimits,
      guard,
      log,
      newId,
      addressOf,
    }),
    events: getEvents(edge),
  }
}
