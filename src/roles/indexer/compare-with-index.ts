import type { ChangeEvent } from '../../domain/change.ts'
import type { SearchIndex } from '../../ports/search/port.ts'

/** Documents of one page: read, compared and indexed together. */
export const PAGE_SIZE = 500

export interface Comparison {
  compared: number
  /** documents that the index does not have */
  missing: number
  /** documents of which the index has an older version */
  older: number
}

/** The documents of the database as events of op `r`, ordered by id, those after the id; an empty page is the end. */
export type ReadPage = (after: string | undefined, limit: number) => Promise<ChangeEvent[]>

/** A document of which the index does not have the current version. */
export interface OutdatedDocument {
  event: ChangeEvent
  isMissing: boolean
}

/**
 * The documents among these whose version the index does not have.
 * @param deletedBefore documents that were deleted earlier may be missing, see `wasDeletedBefore`
 */
export async function findOutdated(
  events: readonly ChangeEvent[],
  versions: SearchIndex['versions'],
  deletedBefore: Date,
): Promise<OutdatedDocument[]> {
  const indexed = await versions(events.map(({ key }) => key))
  return events.flatMap((event) => {
    const version = indexed.get(event.key)
    const isMissing = version === undefined
    if (isMissing ? wasDeletedBefore(event, deletedBefore) : version >= versionOf(event)) return []
    return [{ event, isMissing }]
  })
}

/**
 * Whether the document was deleted before this time. `docmgr gc` removes such a tombstone, and a snapshot, a repair or a
 * consumer group that reads everything again writes it again, so the index may have it or not.
 */
export function wasDeletedBefore(event: ChangeEvent, time: Date): boolean {
  const deletedAt = event.topic === 'cdc.documents' ? event.value.after?.deleted_at : undefined
  return typeof deletedAt === 'string' && new Date(deletedAt) < time
}

const versionOf = (event: ChangeEvent): number =>
  event.topic === 'cdc.documents' ? event.value.after!.version : 0

export function addToComparison(
  result: Comparison,
  compared: number,
  outdated: readonly OutdatedDocument[],
): void {
  const missing = outdated.filter(({ isMissing }) => isMissing).length
  result.compared += compared
  result.missing += missing
  result.older += outdated.length - missing
}

/**
 * Calls `work` with every page, at most `concurrency` at the same time. After a failure no more pages are read.
 * @throws what reading and `work` throw, once the pages in flight are done
 */
export async function forEachPage(
  readPage: ReadPage,
  concurrency: number,
  work: (events: ChangeEvent[]) => Promise<void>,
): Promise<void> {
  let hasFailed = false
  const pages = pagesOf(readPage)
  const worker = async (): Promise<void> => {
    while (!hasFailed) {
      try {
        // A generator reads one page at a time.
        const { value: events, done } = await pages.next()
        if (done) return
        await work(events)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: concurrency }, worker))
  const failure = results.find((result) => result.status === 'rejected')
  if (failure) throw failure.reason
}

async function* pagesOf(readPage: ReadPage): AsyncGenerator<ChangeEvent[], undefined> {
  for (let after: string | undefined; ;) {
    const events = await readPage(after, PAGE_SIZE)
    if (events.length === 0) return
    after = events.at(-1)!.key
    yield events
  }
}
