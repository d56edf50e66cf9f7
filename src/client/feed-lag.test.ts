import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '../runtime/metrics.ts'
import { feedLag } from './feed-lag.ts'

test('a lag that the service does not publish is unknown, and not 0', async () => {
  const metrics = createMetrics()
  metrics.gauge('docmgr_changes_lag_bytes', 'bytes', [], (gauge) => gauge.remove())
  metrics.gauge('docmgr_changes_lag_events', 'events', [], (gauge) => gauge.set(7))
  assert.deepEqual(feedLag(await metrics.registry.metrics()), {
    bytes: undefined,
    events: 7,
    deadLetters: undefined,
    pendingTexts: undefined,
    ocrPages: undefined,
  })
})

test('the pages of OCR are those of all outcomes', async () => {
  const metrics = createMetrics()
  const pages = metrics.counter('docmgr_ocr_pages_total', 'pages', ['outcome'])
  pages.inc({ outcome: 'text' }, 4)
  pages.inc({ outcome: 'failed' })
  assert.equal(feedLag(await metrics.registry.metrics()).ocrPages, 5)
})
