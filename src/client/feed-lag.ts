/** What a service has not yet processed of the change feed; a property is undefined where the service does not know it. */
export interface FeedLag {
  /** of PostgreSQL's log */
  bytes: number | undefined
  events: number | undefined
  deadLetters: number | undefined
  /** documents whose text is still to be read */
  pendingTexts: number | undefined
  /** pages that OCR has read since the service started */
  ocrPages: number | undefined
}

/** @param metrics in Prometheus' text format */
export function feedLag(metrics: string): FeedLag {
  const valuesOf = (name: string): number[] =>
    Array.from(metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm')), ([, value]) =>
      Number(value),
    )
  const valueOf = (name: string): number | undefined => valuesOf(name)[0]
  const ocrPages = valuesOf('docmgr_ocr_pages_total')
  return {
    bytes: valueOf('docmgr_changes_lag_bytes'),
    events: valueOf('docmgr_changes_lag_events'),
    deadLetters: valueOf('docmgr_changes_dead_letters'),
    pendingTexts: valueOf('docmgr_texts_pending'),
    ocrPages: ocrPages.length > 0 ? ocrPages.reduce((sum, pages) => sum + pages) : undefined,
  }
}
