import type { Consumer } from '../../ports/changes/port.ts'
import type { SearchIndex } from '../../ports/search/port.ts'
import { poll } from '../../runtime/poll.ts'
import { TimeoutError } from '../../runtime/within.ts'
import {
  addToComparison,
  type Comparison,
  findOutdated,
  forEachPage,
  type OutdatedDocument,
  PAGE_SIZE,
  type ReadPage,
} from './compare-with-index.ts'
import { type Failure, indexEach } from './index-each.ts'
import { createRetry, type Retry } from './retry-transient.ts'

/** Outdated documents that are checked again; with more of them, waiting for the feed would not help. */
const MAX_RECHECKED = 10_000
const MAX_RECHECK_INTERVAL_MS = 500

export interface ReindexResult extends Comparison {
  /** documents that are now indexed with the version of the database, or with a newer one */
  indexed: number
  failed: number
}

export interface Reindex {
  /**
   * Compares every document with the index by version. Outdated documents may still be in flight in the change feed, so
   * they are checked again during the grace period.
   * @param onProgress gets the number of documents of each page that is done
   * @throws DomainError unavailable; the signal's reason
   */
  compare(onProgress: (documents: number) => void): Promise<Comparison>
  /**
   * Compares every document with the index by version, and indexes the outdated ones, recent tombstones included: without
   * its tombstone a late event could bring a deleted document back. The index never goes backwards, so this can run
   * beside the indexer, and again.
   * @throws DomainError unavailable; the signal's reason
   */
  run(onProgress: (documents: number) => void, onFailure: (failure: Failure) => void): Promise<ReindexResult>
}

export interface ReindexOptions {
  readPage: ReadPage
  index: Pick<SearchIndex, 'versions'>
  /** the indexer; undefined: only `compare` is used */
  consumer: Pick<Consumer, 'handle' | 'maxBatch' | 'concurrency'> | undefined
  /** documents that were deleted earlier need no tombstone */
  deletedBefore: Date
  /** grace period for changes in flight, in milliseconds */
  graceMs: number
  signal: AbortSignal
  /** milliseconds without one success after which it gives up */
  timeoutMs?: number | undefined
}

export function createReindex(options: ReindexOptions): Reindex {
  const retry = createRetry(options.signal, options.timeoutMs)
  return {
    compare: (onProgress) => retry.untilEnded(compare(options, retry, onProgress)),
    run: (onProgress, onFailure) => retry.untilEnded(run(options, retry, onProgress, onFailure)),
  }
}

/** Reading pages and finding outdated documents, both with retries. */
const readingOf = ({ readPage, index, deletedBefore }: ReindexOptions, { retry }: Retry) => ({
  readPage: ((after, limit) => retry(() => readPage(after, limit))) satisfies ReadPage,
  outdatedOf: (events: Parameters<typeof findOutdated>[0]): Promise<OutdatedDocument[]> =>
    findOutdated(events, (ids) => retry(() => index.versions(ids)), deletedBefore),
})

async function compare(
  options: ReindexOptions,
  retry: Retry,
  onProgress: (documents: number) => void,
): Promise<Comparison> {
  const { readPage, outdatedOf } = readingOf(options, retry)
  const result = { compared: 0, missing: 0, older: 0 }
  let rechecked: OutdatedDocument[] = []

  async function recheck(): Promise<boolean> {
    const outdated: OutdatedDocument[] = []
    for (let start = 0; start < rechecked.length; start += PAGE_SIZE) {
      const page = rechecked.slice(start, start + PAGE_SIZE)
      outdated.push(...(await outdatedOf(page.map(({ event }) => event))))
    }
    rechecked = outdated
    return rechecked.length === 0
  }

  await forEachPage(readPage, 1, async (events) => {
    const outdated = await outdatedOf(events)
    const capacity = MAX_RECHECKED - rechecked.length
    rechecked.push(...outdated.slice(0, capacity))
    addToComparison(result, events.length, outdated.slice(capacity))
    onProgress(events.length)
  })
  const { graceMs: timeoutMs, signal } = options
  if (rechecked.length > 0 && timeoutMs > 0)
    await poll({ timeoutMs, signal, maxIntervalMs: MAX_RECHECK_INTERVAL_MS }, 'the index', recheck).catch(
      (error: unknown) => {
        if (!(error instanceof TimeoutError)) throw error
      },
    )
  addToComparison(result, 0, rechecked)
  return result
}

async function run(
  options: ReindexOptions,
  retry: Retry,
  onProgress: (documents: number) => void,
  onFailure: (failure: Failure) => void,
): Promise<ReindexResult> {
  const { readPage, outdatedOf } = readingOf(options, retry)
  const consumer = options.consumer!
  const result = { compared: 0, missing: 0, older: 0, indexed: 0, failed: 0 }
  await forEachPage(readPage, consumer.concurrency ?? 1, async (events) => {
    const outdated = await outdatedOf(events)
    const lacking = outdated.map(({ event }) => event)
    const indexed = await indexEach(lacking, consumer, retry, onFailure)
    addToComparison(result, events.length, outdated)
    result.indexed += indexed
    result.failed += lacking.length - indexed
    onProgress(events.length)
  })
  return result
}
