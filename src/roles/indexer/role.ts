import type { ChangeEvent } from '../../domain/change.ts'
import type { Extractor } from '../../extraction/extractor.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { Consumer } from '../../ports/changes/port.ts'
import type { SearchDocument, SearchIndex } from '../../ports/search/port.ts'
import { type Clock, systemClock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import { isTransient, translateError } from '../../runtime/translate-error.ts'
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
  /** events that are handled together at the most */
  maxBatch?: number
  /** batches that are handled at the same time, at the most */
  concurrency?: number
}

const MAX_BATCH = 200
/** Contents whose texts are in memory together, of all batches: of one batch a larger one is alone. */
const PORTION_BYTES = 32 * 1024 * 1024
/** Half of what a change may take until it can be found. */
const PACE_MS = 25
/** Contents that are read at the same time: object storage may take 20 ms for each. A portion bounds their memory. */
const READERS = 24
const MAX_CONTENT_BYTES = 32 * 1024 * 1024

/**
 * Turns the events of documents into search documents. Of a batch only the newest version of each document counts; a
 * text is extracted once, when its document is new to the index. What can be indexed is, before a batch fails.
 */
export function createIndexer(options: IndexerOptions): Consumer {
  const { index, log, clock = systemClock, maxBatch = MAX_BATCH, concurrency = 1 } = options
  const { maxContentBytes: maxBytes = MAX_CONTENT_BYTES } = options
  const readContent = createReadContent({ ...options, maxBytes })
  const metrics = createIndexerMetrics(options.metrics)

  const portionsOf = (states: readonly DocumentState[]): DocumentState[][] =>
    portionsBelow(PORTION_BYTES / concurrency, states)

  async function withTexts(states: DocumentState[]): Promise<WithTexts> {
    const texts: WithTexts = { states: [], documents: [], errors: [] }
    const results = await settleAll(states, Math.ceil(READERS / concurrency), ({ row }) => readContent(row))
    results.forEach((result, number) => {
      if (result.status === 'rejected') return void texts.errors.push(result.reason)
      const state = states[number]!
      texts.states.push(state)
      texts.documents.push(searchDocumentOf(state, result.value.text))
      metrics.extracted(result.value.outcome)
    })
    return texts
  }

  async function handle(events: ChangeEvent[]): Promise<void> {
    const states = newestStates(events)
    const all = [...states.values()]
    const known = all.filter((state) => !isFresh(state))
    const [first = [], ...portions] = portionsOf(all.filter(isFresh))
    const errors: unknown[] = []

    const needContent = await indexPortion(first, known, errors)
    portions.push(...portionsOf(needContent.map((id) => states.get(id)!)))
    for (const portion of portions) await indexPortion(portion, [], errors)
    throwWorst(errors)
  }

  /** @returns those of the known whose text the index lacks */
  async function indexPortion(
    fresh: DocumentState[],
    known: DocumentState[],
    errors: unknown[],
  ): Promise<string[]> {
    const texts = await withTexts(fresh)
    errors.push(...texts.errors)
    const others = known.map((state) => searchDocumentOf(state, null))
    const { needContent } = await index.index([...texts.documents, ...others])
    const needed = new Set(needContent)
    report([...texts.states, ...known.filter(({ row }) => !needed.has(row.id))])
    return needContent
  }

  function report(indexed: DocumentState[]): void {
    metrics.indexed(indexed, clock.now().getTime())
    if (!log.isLevelEnabled('debug')) return
    for (const { row, version, deleted } of indexed) {
      log.debug({ document: row.id, version, deleted, traceparent: row.traceparent }, 'indexed')
    }
  }

  return {
    name: 'indexer',
    topics: ['cdc.documents'],
    delivery: 'shared',
    maxBatch,
    // The index tells versions apart: an older one that comes later is left out, and one whose text is missing is told.
    concurrency,
    paceMs: PACE_MS,
    handle,
  }
}

/** States whose texts were read, their documents, and the reasons why other texts were not. */
interface WithTexts {
  states: DocumentState[]
  documents: SearchDocument[]
  errors: unknown[]
}

/** The index cannot have its text yet. */
const isFresh = ({ isNew, deleted }: DocumentState): boolean => isNew && !deleted

/** So many at a time as have contents of `limit` bytes. */
function portionsBelow(limit: number, states: readonly DocumentState[]): DocumentState[][] {
  const portions: DocumentState[][] = []
  let bytes = Infinity
  for (const state of states) {
    const { content_size: size } = state.row
    if (bytes + size > limit) {
      portions.push([])
      bytes = 0
    }
    portions.at(-1)!.push(state)
    bytes += size
  }
  return portions
}

/** What is unavailable comes first: it is waited for, while any other error is held against its event. */
function throwWorst(errors: unknown[]): void {
  if (errors.length === 0) return
  const translated = errors.map((error) => translateError(error))
  throw translated.find(isTransient) ?? translated[0]
}
