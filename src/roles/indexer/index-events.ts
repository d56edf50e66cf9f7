import type { ChangeEvent } from '../../domain/change.ts'
import type { Extractor } from '../../extraction/extractor.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import type { SearchDocument, SearchIndex } from '../../ports/search/port.ts'
import { type Clock, systemClock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import { createOrder } from '../../runtime/order.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { isTransient, translateError } from '../../runtime/translate-error.ts'
import { addLateTexts } from './add-late-texts.ts'
import { createIndexerMetrics } from './metrics.ts'
import { type DocumentState, newestStates, projectDocument } from './project-document.ts'
import { createReadContent } from './read-content.ts'

export interface IndexEventsOptions {
  index: Pick<SearchIndex, 'index' | 'stored' | 'versions'>
  blobs: Pick<Blobs, 'get' | 'read'>
  extractor: Pick<Extractor, 'extract'>
  metrics: Metrics
  log: Logger
  clock?: Clock
  /** maximum bytes of a content whose text is extracted */
  maxContentBytes?: number
  /** maximum number of calls at the same time */
  concurrency?: number
}

const MAX_CONTENT_BYTES = 32 * 1024 * 1024
/** Bytes of the contents whose texts are in memory at the same time, of all batches; a larger content is read alone. */
const PORTION_BYTES = 32 * 1024 * 1024
/** Contents that are read at the same time, because object storage may take 20 ms for each. */
const READERS = 24

/**
 * Indexes the documents of a batch of events. Only the newest version of each document counts. A text is added when its
 * document is new to the index, or when it was read after that. Batches with the same document are handled one after the
 * other: a text could be lost between reading and writing a document in the index. Before a batch fails, every document that
 * can be indexed is.
 */
export function createIndexEvents(
  options: IndexEventsOptions,
): (events: readonly ChangeEvent[]) => Promise<void> {
  const { index, log, clock = systemClock, concurrency = 1 } = options
  const { maxContentBytes: maxBytes = MAX_CONTENT_BYTES } = options
  const readContent = createReadContent({ ...options, maxBytes })
  const readers = createSemaphore(READERS)
  const metrics = createIndexerMetrics(options.metrics)
  const portionsOf = (states: readonly DocumentState[]): DocumentState[][] =>
    portionsBelow(PORTION_BYTES / concurrency, states)

  async function withTexts(states: DocumentState[], errors: unknown[]) {
    const read: { state: DocumentState; document: SearchDocument }[] = []
    const results = await Promise.allSettled(states.map(({ row }) => readers.run(() => readContent(row))))
    results.forEach((result, number) => {
      if (result.status === 'rejected') return void errors.push(result.reason)
      const state = states[number]!
      read.push({ state, document: projectDocument(state, result.value.parts) })
      metrics.extracted(result.value.outcome)
    })
    return read
  }

  /**
   * @param fresh documents whose texts are extracted
   * @param known documents whose texts the index should have
   * @returns the ids of known documents whose text the index does not have
   */
  async function indexPortion(
    fresh: DocumentState[],
    known: DocumentState[],
    errors: unknown[],
  ): Promise<string[]> {
    const read = await withTexts(fresh, errors)
    const documents = known.map((state) => projectDocument(state, null))
    const { needContent } = await index.index([...read.map(({ document }) => document), ...documents])
    await addLateTexts(
      index,
      read.flatMap(({ state, document }) => (state.hasNewText ? [document] : [])),
    )
    const needed = new Set(needContent)
    report([...read.map(({ state }) => state), ...known.filter(({ row }) => !needed.has(row.id))])
    return needContent
  }

  function report(indexed: DocumentState[]): void {
    metrics.indexed(indexed, clock.now().getTime())
    if (!log.isLevelEnabled('debug')) return
    for (const { row, version, deleted } of indexed)
      log.debug({ document: row.id, version, deleted, traceparent: row.traceparent }, 'indexed')
  }

  const inOrder = createOrder()
  return (events) => {
    const states = newestStates(events)
    return inOrder(states.keys(), () => indexStates(states))
  }

  async function indexStates(states: Map<string, DocumentState>): Promise<void> {
    const all = [...states.values()]
    const [first = [], ...portions] = portionsOf(all.filter(isFresh))
    const known = all.filter((state) => !isFresh(state))
    const errors: unknown[] = []
    const needContent = await indexPortion(first, known, errors)
    portions.push(...portionsOf(needContent.map((id) => states.get(id)!)))
    for (const portion of portions) await indexPortion(portion, [], errors)
    throwFirstTransient(errors)
  }
}

/** The index cannot have its text yet. */
const isFresh = ({ isNew, hasNewText, deleted }: DocumentState): boolean => (isNew || hasNewText) && !deleted

/** Groups of states whose contents have at most `limit` bytes together. */
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

/** A transient error first: then the batch is retried, while any other error counts against its event. */
function throwFirstTransient(errors: unknown[]): void {
  if (errors.length === 0) return
  const translated = errors.map((error) => translateError(error))
  throw translated.find(isTransient) ?? translated[0]
}
