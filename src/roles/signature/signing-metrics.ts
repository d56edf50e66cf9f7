import type { Metrics } from '../../runtime/metrics.ts'
import type { IntentStore } from './intent-store.ts'

export interface SigningMetrics {
  /** signatures by the document status in the response: signed, pending, refused */
  signed: ReturnType<Metrics['counter']>
  /** repeated moves by outcome: done, failed, rejected */
  repeats: ReturnType<Metrics['counter']>
}

export function createSigningMetrics(metrics: Metrics, intents: IntentStore): SigningMetrics {
  metrics.gauge(
    'docmgr_signing_open',
    'Signatures whose document is still to be moved',
    [],
    async (gauge) => {
      // Readiness reports a database that is down.
      gauge.set(await intents.count().catch(() => NaN))
    },
  )
  return {
    signed: metrics.counter('docmgr_signatures_total', 'Signatures, by the document status answered', [
      'outcome',
    ]),
    repeats: metrics.counter('docmgr_signing_repeats_total', 'Repeated moves of documents, by outcome', [
      'outcome',
    ]),
  }
}
