import type { Metrics } from '../../runtime/metrics.ts'

export interface WsMetrics {
  messages: ReturnType<Metrics['counter']>
  resets: ReturnType<Metrics['counter']>
  /** by close code */
  closed: ReturnType<Metrics['counter']>
}

export function createWsMetrics(metrics: Metrics, connections: () => number): WsMetrics {
  metrics.gauge('docmgr_ws_connections', 'Subscribers connected', [], (gauge) => gauge.set(connections()))
  return {
    messages: metrics.counter('docmgr_ws_messages_total', 'Messages about changes sent to subscribers'),
    resets: metrics.counter('docmgr_ws_resets_total', 'Subscribers that were reset'),
    closed: metrics.counter('docmgr_ws_closed_total', 'Closed connections, by close code', ['code']),
  }
}
