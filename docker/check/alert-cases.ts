/** For each alert, series in which it fires and series in which it does not, in the notation of `promtool test rules`. */
interface AlertCase {
  /** by series: its values, one a minute */
  fires: Record<string, string>
  quiet: Record<string, string>
  /** when it must have fired */
  at: string
  /** labels of the alert that come from its series */
  series?: Record<string, string>
}

const DOCMGR = { job: 'docmgr', instance: 'a' }
const of = (name: string, labels: Record<string, string> = {}): string =>
  `${name}{${Object.entries({ ...DOCMGR, ...labels })
    .map(([key, value]) => `${key}="${value}"`)
    .join(',')}}`

const requests = (status: string, route = '/documents'): string =>
  of('docmgr_http_request_duration_seconds_count', { method: 'GET', route, status })
const calls = (status: string): string =>
  of('docmgr_rpc_duration_seconds_count', { protocol: 'grpc', method: 'GetDocument', status })

/** A gauge that is too high, or too low, for a while. */
const gauge = (name: string, bad: string, good: string, at = '20m'): AlertCase => ({
  fires: { [of(name)]: `${bad}x20` },
  quiet: { [of(name)]: `${good}x20` },
  at,
  series: DOCMGR,
})

/** A histogram whose observations are all above `slow` seconds, or below. */
const histogram = (name: string, labels: Record<string, string>, bounds: string[]): AlertCase => {
  const series = (fast: boolean): Record<string, string> =>
    Object.fromEntries(
      [...bounds, '+Inf'].map((le) => [
        of(`${name}_bucket`, { ...labels, le }),
        fast || le === '+Inf' ? '0+60x30' : '0x30',
      ]),
    )
  return { fires: series(false), quiet: series(true), at: '25m' }
}

export const ALERT_CASES: Record<string, AlertCase> = {
  DocmgrDown: gauge('up', '0', '1', '5m'),
  DocmgrErrors: {
    fires: { [requests('200')]: '0+90x20', [requests('503')]: '0+10x20' },
    // A probe that finds a process not ready is no failed request.
    quiet: {
      [requests('200')]: '0+90x20',
      [requests('503')]: '0+1x20',
      [requests('503', '/health/ready')]: '0+50x20',
    },
    at: '15m',
  },
  DocmgrSlow: histogram('docmgr_http_request_duration_seconds', { route: '/search', status: '200' }, [
    '0.1',
    '1',
    '10',
  ]),
  DocmgrCallsFail: {
    fires: { [calls('OK')]: '0+90x20', [calls('UNAVAILABLE')]: '0+10x20' },
    quiet: { [calls('OK')]: '0+90x20', [calls('NOT_FOUND')]: '0+10x20' },
    at: '15m',
  },
  DocmgrEventLoopBlocked: gauge('nodejs_eventloop_lag_p99_seconds', '0.5', '0.02'),
  DocmgrDatabaseBusy: {
    ...gauge('docmgr_database_waiting', '3', '0'),
    quiet: { [of('docmgr_database_waiting')]: '0 9 0 9 0 9 0 9 0 9 0 9 0 9 0 9 0 9 0 9 0' },
  },
  DocmgrFilesExhausted: {
    fires: { [of('process_open_fds')]: '900x20', [of('process_max_fds')]: '1000x20' },
    quiet: { [of('process_open_fds')]: '700x20', [of('process_max_fds')]: '1000x20' },
    at: '15m',
    series: DOCMGR,
  },
  DocmgrDiskLow: gauge('docmgr_disk_free_bytes', '900000000', '2000000000'),
  DocmgrDiskFull: gauge('docmgr_disk_free_bytes', '60000000', '70000000'),
  DocmgrFeedNotRead: gauge('docmgr_changes_streaming', '0', '1', '5m'),
  DocmgrFeedBehind: gauge('docmgr_changes_lag_events', '200000', '50000'),
  DocmgrIndexSlow: histogram('docmgr_indexer_delay_seconds', {}, ['0.1', '5', '10']),
  DocmgrExtractionBehind: gauge('docmgr_texts_pending', '50', '5'),
  DocmgrDeadLetters: gauge('docmgr_changes_dead_letters', '1', '0', '1m'),
  DocmgrContentDamaged: {
    fires: {
      [of('docmgr_blobs_damaged_total', { bucket: 'documents', kind: 'altered' })]: '0 0 1 1 1 1 1 1 1 1 1',
    },
    quiet: { [of('docmgr_blobs_damaged_total', { bucket: 'documents', kind: 'altered' })]: '7x10' },
    at: '10m',
    series: { ...DOCMGR, bucket: 'documents', kind: 'altered' },
  },
  DocmgrSigningStuck: {
    ...gauge('docmgr_signing_open', '2', '0'),
    quiet: { [of('docmgr_signing_open')]: '0 5 0 5 0 5 0 5 0 5 0 5 0 5 0 5 0 5 0 5 0' },
  },
  DocmgrSubscribersReset: {
    fires: { [of('docmgr_ws_resets_total')]: '0+20x20' },
    quiet: { [of('docmgr_ws_resets_total')]: '0+1x20' },
    at: '16m',
    series: DOCMGR,
  },
  DocmgrSubscribersSlow: {
    fires: { [of('docmgr_ws_closed_total', { code: '1013' })]: '0+20x20' },
    quiet: { [of('docmgr_ws_closed_total', { code: '1001' })]: '0+20x20' },
    at: '16m',
    series: { ...DOCMGR, code: '1013' },
  },
  DocmgrVersionsDiffer: {
    fires: { [of('docmgr_build_info', { version: '1' })]: '1x90', 'docmgr_build_info{version="2"}': '1x90' },
    quiet: { [of('docmgr_build_info', { version: '1' })]: '1x90', 'docmgr_build_info{version="1"}': '1x90' },
    at: '80m',
  },
}
