import type { IncomingMessage } from 'node:http'
import type { Authenticator } from '../../auth/authenticator.ts'
import { TOPICS } from '../../domain/topics.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Documents } from '../../ports/documents/port.ts'
import type { Upgrade } from '../../http/listen.ts'
import type { RequestGuard } from '../../http/request-guard.ts'
import type { ChangeFeed, Consumer } from '../../ports/changes/port.ts'
import type { Cluster } from '../../ports/cluster/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import { createRefusalQueue } from '../../runtime/refusal-queue.ts'
import { createTicketSeal } from '../../auth/ticket-seal.ts'
import { createAdmission } from './admission.ts'
import { createWsCluster } from './cluster.ts'
import { getDevelopmentToken } from './get-development-token.ts'
import type { MessagesDescription } from './describe-messages.ts'
import { getAsyncApi } from './get-async-api.ts'
import { getDocumentEvents, getEvents } from './get-events.ts'
import { getWsStats } from './get-ws-stats.ts'
import { deadLetterEndpoints } from './dead-letters.ts'
import { createHub, type Hub } from './hub.ts'
import { recordingRefusals } from '../../http/record-refusals.ts'
import { contextOf, createKnownDocuments } from './known-documents.ts'
import { DEFAULT_WS_LIMITS, type WsLimits } from './limits.ts'
import { createWsMetrics, type WsMetrics } from './metrics.ts'
import { postBroadcast } from './post-broadcast.ts'
import { postTicket } from './post-ticket.ts'
import { createSubscribe } from './subscribe.ts'
import { createTickets, type Tickets } from './tickets.ts'
import { CLOSE } from './transport.ts'
import { type ClientLimits, createUpgradeHandler } from './upgrade-handler.ts'
import { webSocketPaths } from './web-socket-paths.ts'

export interface WsRoleOptions {
  feed: ChangeFeed
  /** the processes of this role */
  cluster: Cluster
  /** knows which documents exist, and who may read them */
  documents: Documents
  authenticator: Authenticator
  /** those of tickets: the first seals, each is accepted */
  ticketKeys: readonly Buffer[]
  guard: RequestGuard
  clientLimits: ClientLimits
  log: Logger
  clock: Clock
  newId: NewId
  /** override DEFAULT_WS_LIMITS */
  limits?: Partial<WsLimits>
  metrics?: Metrics
  /** for AsyncAPI */
  describes: MessagesDescription
  /** the client's address, which trusted proxies forward; by default that of the connection */
  addressOf?: (request: IncomingMessage) => string
}

/** Sends the changes of documents to subscribers: in order and once, or a reset if some may be missing. */
export interface WsRole {
  endpoints: Endpoint[]
  /** for `feed.consume`, before the feed starts */
  consumer: Consumer
  /** for WebSockets on `/ws/{document_id}` and `/ws` */
  upgrade: Upgrade
  /** New connections are refused from now on, with 503. */
  drain(): void
  /** Closes every connection with 1001 and waits, for a limited time, until they are closed. */
  stop(): Promise<void>
  stats(): { connections: number; documents: number }
}

export function createWsRole(options: WsRoleOptions): WsRole {
  const { feed, cluster, authenticator, clientLimits, guard, clock, newId } = options
  const limits = { ...DEFAULT_WS_LIMITS, ...options.limits }
  const log = options.log.child({ role: 'ws' })
  const metrics: WsMetrics | undefined = options.metrics && createWsMetrics(options.metrics, () => hub)
  const known = createKnownDocuments(options.documents, newId, log)
  const hub = createHub({ feed, known, limits, log, clock, metrics })
  const wsCluster = createWsCluster(cluster, hub, () => tickets)
  const addressOf = options.addressOf ?? ((request) => request.socket.remoteAddress ?? 'unknown')
  const seal = createTicketSeal(options.ticketKeys)
  const tickets: Tickets = createTickets((question) => wsCluster.askAboutTicket(question), seal)
  const admission = createAdmission({ limits, limiter: clientLimits.limiter, log, metrics })
  const subscribe = createSubscribe({ hub, known, mode: authenticator.mode, limits, log, newId })
  const isPosition = (text: string): boolean => feed.isPosition(text)
  // Without a database here, the document role writes them.
  const refusals = createRefusalQueue(async ({ refused, tried, caller }) => {
    if ('document' in refused)
      await options.documents.recordRefusal(refused.document, tried, caller, contextOf(newId))
  }, log)
  const edge = { admission, subscribe, authenticator, tickets, limits, isPosition }
  const connectionCheck = setInterval(() => {
    const now = clock.now()
    for (const { connection } of hub.all()) connection.check(now)
    closeRevoked(hub, authenticator)
    hub.recheck()
  }, limits.checkMs)
  connectionCheck.unref()

  return {
    endpoints: recordingRefusals(
      [
        getWsStats(wsCluster, feed),
        postBroadcast(wsCluster, clock),
        ...deadLetterEndpoints({ letters: feed.deadLetters, documents: options.documents, newId, log }),
        ...webSocketPaths(),
        getDocumentEvents(edge),
        getEvents(edge),
        postTicket(authenticator, tickets),
        getAsyncApi(options.describes),
        ...(authenticator.mode === 'open' ? [getDevelopmentToken(authenticator.tokens)] : []),
      ],
      refusals,
    ),
    consumer: {
      name: 'ws',
      topics: TOPICS,
      delivery: 'every-instance',
      maxBatch: 200,
      // A client that has not received an event yet receives it by its resume.
      handle: (events) => hub.dispatch(events),
      onReset: (reason) => hub.resetAll(reason),
    },
    upgrade: createUpgradeHandler({ ...edge, refusals, clientLimits, guard, log, newId, addressOf }),
    drain: () => admission.drain(),
    async stop() {
      clearInterval(connectionCheck)
      await admission.closeAll()
      await refusals.stop()
    },
    stats: () => hub.stats(),
  }
}

/** Ends the connections of keys that were revoked meanwhile, and of people who were disabled. */
function closeRevoked(hub: Pick<Hub, 'all'>, authenticator: Pick<Authenticator, 'isCurrent'>): void {
  for (const { connection, subscription } of hub.all()) {
    const end = (isCurrent: boolean): void => {
      if (!isCurrent) connection.close(CLOSE.policyViolation, 'the credential is no longer accepted')
    }
    const isCurrent = authenticator.isCurrent(subscription.principal)
    // While the document role is away, connections stay; the next check comes soon.
    if (isCurrent instanceof Promise) isCurrent.then(end, () => {})
    else end(isCurrent)
  }
}
