import type { Identity } from '../../auth/authenticator.ts'
import { isReader, type Reach } from '../../domain/access.ts'
import { DomainError } from '../../domain/errors.ts'
import { refusing } from '../../domain/refusals.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import { reachOfSubscription } from './access.ts'
import type { Hub } from './hub.ts'
import type { KnownDocuments, Lookup } from './known-documents.ts'
import type { WsLimits } from './limits.ts'
import { type ResumePoint, START } from './resume-point.ts'
import { Subscriber, type Subscription } from './subscriber.ts'
import type { Transport } from './transport.ts'
import type { SubscriptionRequest } from './upgrade-request.ts'

/** The one way to subscribe, over every transport. */
export interface Subscribe {
  /** @throws DomainError document-not-found, unavailable */
  admit(request: SubscriptionRequest, identity: Identity): Promise<Admitted>
}

export interface Admitted {
  /** Sends what the client missed, and what happens from now on, until the transport is closed. */
  start(transport: Transport): Subscriber
}

export interface SubscribeOptions {
  hub: Hub
  known: KnownDocuments
  mode: 'open' | 'required'
  limits: WsLimits
  log: Logger
  newId: NewId
}

export function createSubscribe({ hub, known, mode, limits, log, newId }: SubscribeOptions): Subscribe {
  /** Whether a client that resumes has still to learn of events of a document that was deleted meanwhile. */
  const hasMissed = async (subscription: Subscription, { position }: ResumePoint) => {
    if (position === START) return false
    try {
      const replay = await hub.forSubscribers.replay(subscription, position, () => true)
      return replay.kind === 'events' && replay.events.length > 0
    } catch {
      return true
    }
  }

  const currentReaders = async (documentId: string, reach: Reach): Promise<Lookup> => {
    const found = await known.find(documentId)
    const isRefused = typeof found === 'object' && !isReader(found.readers, reach)
    return isRefused ? known.confirm(documentId) : found
  }

  const checkDocument = async (subscription: Subscription, last: ResumePoint | undefined) => {
    const { documentId, reach } = subscription
    if (documentId === undefined) return
    const found = await currentReaders(documentId, reach)
    if (found === 'unknown') {
      if (reach === 'all') return
      throw new DomainError('unavailable', 'who may read the document cannot be found out now')
    }
    const isAllowed =
      found === 'absent' ? last && (await hasMissed(subscription, last)) : isReader(found.readers, reach)
    if (isAllowed) return
    const error = new DomainError('document-not-found', `document ${documentId} does not exist`)
    throw found === 'absent' ? error : refusing(documentId, error)
  }

  return {
    async admit(request, identity) {
      const { documentId, last } = request
      const { principal, expiresAt } = identity
      const reach = reachOfSubscription(principal, documentId, mode)
      const subscription = { documentId, principal, reach }
      await checkDocument(subscription, last)
      return {
        start(transport) {
          const id = newId()
          const options = { ...subscription, id, transport, expiresAt, limits, hub: hub.forSubscribers }
          const subscriber = new Subscriber(options, last)
          hub.add(subscriber)
          const user = principal.kind === 'user' ? principal.id : undefined
          log.debug({ connection: id, document: documentId, user, last }, 'subscribed')
          transport.onceClosed((code) => {
            hub.remove(subscriber)
            log.debug({ connection: id, document: documentId, code }, 'subscription ended')
          })
          void subscriber.start()
          return subscriber
        },
      }
    },
  }
}
