import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Authenticator } from '../../auth/authenticator.ts'
import { TOPICS } from '../../domain/change.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { ChangeFeed, Consumer } from '../../ports/changes/port.ts'
import type { Cluster } from '../../ports/cluster/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import { createCompany } from './company.ts'
import { createEndpoints } from './endpoints.ts'
import { createHub } from './hub.ts'
import { DEFAULT_WS_LIMITS, type WsLimits } from './limits.ts'
import { createListener } from './listener.ts'
import { createWsMetrics, type WsMetrics } from './metrics.ts'

export interface WsRoleOptions {
  feed: ChangeFeed
  /** the processes of this role */
  cluster: Cluster
  authenticator: Authenticator
  log: Logger
  clock: Clock
  newId: NewId
  /** those that are not given have the values of DEFAULT_WS_LIMITS */
  limits?: Partial<WsLimits>
  metrics?: Metrics
  /** the client's address, from behind trusted proxies; defaults to the connection's */
  addressOf?: (request: IncomingMessage) => string
}

/**
 * Tells WebSocket clients what happens to a document: each change in order and once, or that something is
 * missing.
 */
export interface WsRole {
  endpoints: Endpoint[]
  /** to be given to `feed.consume` before the feed starts */
  consumer: Consumer
  /**
   * For an HTTP server's `upgrade`; takes `/ws/{document_id}`. False: not its path, the request is left
   * alone.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** New connections are refused from now on, with 503. */
  drain(): void
  /** Closes every connection with 1001 and waits, for a bounded time, until they are gone. */
  stop(): Promise<void>
  stats(): { connections: number; documents: number }
}

export function createWsRole(options: WsRoleOptions): WsRole {
  const { feed, cluster, authenticator, clock, newId } = options
  const limits = { ...DEFAULT_WS_LIMITS, ...options.limits }
  const log = options.log.child({ role: 'ws' })
  const metrics: WsMetrics | undefined =
    options.metrics && createWsMetrics(options.metrics, () => hub.stats().connections)
  const hub = createHub({ feed, limits, log, clock, metrics })
  const company = createCompany(cluster, hub)
  const addressOf = options.addressOf ?? ((request) => request.socket.remoteAddress ?? 'unknown')
  const { tokens } = authenticator
  const listener = createListener({ hub, tokens, limits, log, metrics, newId, addressOf })
  const sweeper = setInterval(() => {
    const now = clock.now()
    for (const subscriber of hub.all()) subscriber.sweep(now)
  }, limits.sweepMs)
  sweeper.unref()

  return {
    endpoints: createEndpoints({ company, feed, authenticator, clock }),
    consumer: {
      name: 'ws',
      topics: TOPICS,
      delivery: 'every-instance',
      maxBatch: 200,
      // What a client has not received by then is what its resume is for.
      handle: async (events) => hub.dispatch(events),
      onReset: (reason) => hub.resetAll(reason),
    },
    upgrade: (request, socket, head) => listener.upgrade(request, socket, head),
    drain: () => listener.drain(),
    async stop() {
      clearInterval(sweeper)
      await listener.stop()
    },
    stats: () => hub.stats(),
  }
}
