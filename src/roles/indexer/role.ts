import type { Consumer } from '../../ports/changes/port.ts'
import { createIndexEvents, type IndexEventsOptions } from './index-events.ts'

export interface IndexerOptions extends IndexEventsOptions {
  /** maximum number of events in a batch */
  maxBatch?: number
  /** maximum number of batches at the same time */
  concurrency?: number
}

const MAX_BATCH = 200
/** Half of the time that a change may take until it can be found. */
const PACE_MS = 25

/** What the feed knows it by, and what it reads. */
export const INDEXER = {
  name: 'indexer',
  topics: ['cdc.documents'],
  delivery: 'shared',
} as const satisfies Partial<Consumer>

/** The consumer of the change feed that keeps the search index up to date. */
export function createIndexer(options: IndexerOptions): Consumer {
  return {
    ...INDEXER,
    maxBatch: options.maxBatch ?? MAX_BATCH,
    // Batches may end in any order: the index compares versions, and reports documents whose text it does not have.
    concurrency: options.concurrency ?? 1,
    paceMs: PACE_MS,
    handle: createIndexEvents(options),
  }
}
