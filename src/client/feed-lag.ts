/** What a service has not yet processed of the change feed; a property is undefined where the service does not know it. */
export interface FeedLag {
  /** of PostgreSQL's log */
  bytes: number | undefined
  events: number | undefined
  deadLetters: number | undefined
  /** documents whose text is still to be read */
  pendingTexts: number | undefined
}

/** @param metrics in Prometheus' text format */
export function feedLag(metrics: string): FeedLag {
  const valueOf = (name: string): number | undefined => {
    const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1]
    return value === undefined ? undefined : Number(value)
  }
  return {
    bytes: valueOf('docmgr_changes_lag_bytes'),
    events: valueOf('docmgr_changes_lag_events'),
    deadLetters: valueOf('docmgr_changes_dead_letters'),
    pendingTexts: valueOf('docmgr_texts_pending'),
  }
}
