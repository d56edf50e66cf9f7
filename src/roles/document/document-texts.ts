import type { Pool } from 'pg'
import type { Extractor } from '../../extraction/extractor.ts'
import type { Ocr } from '../../extraction/ocr/ocr.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import { readDocumentTextUseCase } from './read-document-text.ts'
import { createTextQueue } from './text-queue.ts'
import { createTextReader, type TextReader } from './text-reader.ts'
import { createTextStore, type TextStore } from './text-store.ts'

export interface DocumentTexts {
  store: TextStore
  reader: TextReader
  /** when this process last read a text of the queue, or pages of one; undefined before the first */
  lastReadAt: () => Date | undefined
}

export interface DocumentTextsOptions {
  pool: Pool
  blobs: Blobs
  cache: DocumentCache
  clock: Clock
  extractor: Pick<Extractor, 'extract'>
  ocr?: Pick<Ocr, 'readOn'> | undefined
  /** milliseconds of one extraction */
  extractionTime: number
  metrics: Metrics
  log: Logger
}

/** Reading objects, storing what was read and a turn of OCR: less than this. */
const OTHER_MS = 240_000

/** The texts of documents: their state, and what reads those that are pending. */
export function createDocumentTexts(options: DocumentTextsOptions): DocumentTexts {
  const { pool, blobs, cache, clock, extractor, ocr, extractionTime, metrics, log } = options
  const queue = createTextQueue(pool)
  const store = createTextStore(pool, cache)
  const outcomes = metrics.counter('docmgr_texts_read_total', 'Texts read from the queue, by outcome', [
    'outcome',
  ])
  metrics.gauge('docmgr_texts_pending', 'Documents whose text is still to be read', [], async (gauge) => {
    // Readiness reports a database that is down.
    gauge.set(await queue.count().catch(() => NaN))
  })
  const onRead = (outcome: string): void => outcomes.inc({ outcome })
  let lastReadAt: Date | undefined
  const onProgress = (): void => {
    lastReadAt = clock.now()
  }
  const read = readDocumentTextUseCase({ store, queue, blobs, extractor, ocr, onRead, onProgress, log })
  const reader = createTextReader({ queue, read, log, leaseMs: extractionTime + OTHER_MS })
  return { store, reader, lastReadAt: () => lastReadAt }
}
