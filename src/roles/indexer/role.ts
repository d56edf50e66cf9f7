import type { ChangeEvent } from '../../domain/change.ts'
import { isProblem } from '../../domain/errors.ts'
import type { Extractor } from '../../extraction/extractor.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Consumer } from '../../ports/changes/port.ts'
import type { SearchDocument, SearchIndex } from '../../ports/search/port.ts'
import { type Clock, systemClock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import { toDomainError } from '../../runtime/to-domain-error.ts'
import { createIndexerMetrics } from './metrics.ts'
import { type DocumentState, newestStates, searchDocumentOf } from './newest-states.ts'
import { createReadContent } from './read-content.ts'
import { settleAll } from './settle-all.ts'

export interface IndexerOptions {
  index: Pick<SearchIndex, 'index'>
  blobs: Pick<Blobs, 'get'>
  extractor: Pick<Extractor, 'extract'>
  metrics: Metrics
  log: Logger
  clock?: Clock
  /** bytes of the largest content whose text is looked for */
  maxContentBytes?: number
}

const MAX_BATCH = 200
/** contents that are read at the same time */
const READERS = 6
const MAX_CONTENT_BYTES = 32 * 1024 * 1024

/**
 * Turns the events of documents into search documents. Of a batch only the newest version of each document counts; a
 * text is extracted once, when its document is new to the index. What can be indexed is, before a batch fails.
 */
export function createIndexer(options: IndexerOptions): Consumer {
  const { index, log, clock = systemClock, maxContentBytes: maxBytes = MAX_CONTENT_BYTES } = options
  const readContent = createReadContent({ ...options, maxBytes })
  const metrics = createIndexerMetrics(options.metrics)

  /** The documents with their texts, and the reasons why some have none. */
  async function withContent(states: DocumentState[]): Promise<{ documents: SearchDocument[]; errors: unknown[] }> {
    const results = await settleAll(states, READERS, async (state) => {
      const { text, outcome } = await readContent(state.row)
      metrics.extracted(outcome)
      return searchDocumentOf(state, text)
    })
    const documents = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    return { documents, errors }
  }

  async function handle(events: ChangeEvent[]): Promise<void> {
    const states = newestStates(events)
    const all = [...states.values()]
    const fresh = await withContent(all.filter(({ isNew, deleted }) => isNew && !deleted))
    const known = all.filter(({ isNew, deleted }) => !isNew || deleted).map((state) => searchDocumentOf(state, null))
    const { needContent } = await index.index([...fresh.documents, ...known])

    const late = await withContent(needContent.map((id) => states.get(id)!))
    if (late.documents.length > 0) await index.index(late.documents)

    const failed = [...fresh.errors, ...late.errors]
    metrics.indexed(all, clock.now().getTime())
    for (const { row, version, deleted } of all) {
      log.debug({ document: row.id, version, deleted, traceparent: row.traceparent }, 'indexed')
    }
    throwWorst(failed)
  }

  return {
    name: 'indexer',
    topics: ['cdc.documents'],
    delivery: 'shared',
    maxBatch: MAX_BATCH,
    async handle(events) {
      try {
        await handle(events)
      } catch (error) {
        throw toDomainError(error)
      }
    },
  }
}

/** What is unavailable comes first: it is waited for, while any other error is held against its event. */
function throwWorst(errors: unknown[]): void {
  if (errors.length === 0) return
  const meanings = errors.map(toDomainError)
  throw meanings.find((error) => isProblem(error, 'unavailable')) ?? meanings[0]
}
