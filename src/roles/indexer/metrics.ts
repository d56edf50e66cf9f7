import type { Metrics } from '../../runtime/metrics.ts'
import type { DocumentState } from './project-document.ts'
import type { Outcome } from './read-content.ts'

export function createIndexerMetrics(metrics: Metrics) {
  const documents = metrics.counter('docmgr_indexer_documents_total', 'Document versions indexed', ['change'])
  const texts = metrics.counter(
    'docmgr_indexer_contents_total',
    'Contents whose text was looked for, by outcome; pending: it is read later',
    ['outcome'],
  )
  const delay = metrics.histogram(
    'docmgr_indexer_delay_seconds',
    'Time from the commit of a change until the document is indexed',
  )
  return {
    extracted(outcome: Outcome): void {
      texts.inc({ outcome })
    },
    indexed(states: readonly DocumentState[], now: number): void {
      const counts = { create: 0, update: 0, delete: 0 }
      for (const { isNew, deleted, committedAt } of states) {
        counts[deleted ? 'delete' : isNew ? 'create' : 'update']++
        delay.observe(Math.max(0, now - committedAt) / 1_000)
      }
      for (const [change, count] of Object.entries(counts)) if (count > 0) documents.inc({ change }, count)
    },
  }
}
