import type { Metrics } from '../../runtime/metrics.ts'

export interface WsMetrics {
  messages: ReturnType<Metrics['counter']>
  resets: ReturnType<Metrics['counter']>
  /** by close code */
  closed: ReturnType<Metrics['counter']>
}

/** What a hub tells about its subscribers. */
interface Subscribers {
  stats(): { connections: number }
  all(): Iterable<{ connection: { queuedBytes: number } }>
}

export function createWsMetrics(metrics: Metrics, hub: () => Subscribers): WsMetrics {
  metrics.gauge('docmgr_ws_connections', 'Subscribers connected', [], (gauge) =>
    gauge.set(hub().stats().connections),
  )
  metrics.gauge('docmgr_ws_queued_bytes', 'Bytes that subscribers have not taken yet', [], (gauge) => {
    let bytes = 0
    for (const { connection } of hub().all()) bytes += connection.queuedBytes
    gauge.set(bytes)
  })
  return {
    messages: metrics.counter('docmgr_ws_messages_total', 'Messages about changes sent to subscribers'),
    resets: metrics.counter('docmgr_ws_resets_total', 'Subscribers that were reset'),
    closed: metrics.counter('docmgr_ws_closed_total', 'Closed connections, by close code', ['code']),
  }
}
