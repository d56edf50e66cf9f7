import type { ChangeEvent } from '../../domain/change.ts'
import type { SearchIndex } from '../../ports/search/port.ts'

/** Documents of one page: read, compared and indexed together. */
export const PAGE = 500
/** Documents in doubt that are asked for again; beyond, so much lacks that no more doubt is needed. */
const MAX_DOUBTS = 10_000

/** A document that could not be indexed, and why. */
export interface Failure {
  id: string
  reason: string
}

export interface Comparison {
  compared: number
  /** of which the index has nothing */
  missing: number
  /** of which the index has an older version */
  older: number
}

export interface Reindexing extends Comparison {
  /** brought to the version of the database, or to a newer one by somebody else */
  indexed: number
  failed: number
}

export interface CompareOptions {
  /** Documents as events of op `r`, ordered by id, those after `after`; an empty page is the end. */
  read(after: string | undefined, limit: number): Promise<ChangeEvent[]>
  versions: SearchIndex['versions']
  /** pages that are worked on at the same time */
  concurrency: number
  /** a page is done */
  onDone(documents: number): void
}

export interface ReindexOptions extends CompareOptions {
  /** Has the indexer handle these. @returns those that it could not index */
  index(events: ChangeEvent[]): Promise<Failure[]>
}

/**
 * Compares every document with the index by version, and has the indexer index what the index lacks, tombstones
 * included: without its tombstone a late event could bring a deleted document back. Nothing here is newer than the
 * row, and the index never goes backwards, so this may run beside everything else, and again.
 *
 * @throws what reading and indexing throw, once the pages in hand are done
 */
export async function reindex(options: ReindexOptions): Promise<Reindexing> {
  const result = { compared: 0, missing: 0, older: 0, indexed: 0, failed: 0 }
  await eachPage(options, async (events) => {
    const lacking = await lackingOf(events, options.versions)
    const failures = lacking.length === 0 ? [] : await options.index(lacking.map(({ event }) => event))
    count(result, events.length, lacking)
    result.failed += failures.length
    result.indexed += lacking.length - failures.length
  })
  return result
}

/**
 * Compares every document with the index by version. What lacks may only be on its way: it is asked for again until
 * nothing lacks or the time is over.
 *
 * @param again waits a little before it is asked again; false when the time is over
 * @throws what reading throws, once the pages in hand are done
 */
export async function compareWithIndex(
  options: CompareOptions,
  again: () => Promise<boolean>,
): Promise<Comparison> {
  const result = { compared: 0, missing: 0, older: 0 }
  let doubts: Lacking[] = []
  await eachPage(options, async (events) => {
    const lacking = await lackingOf(events, options.versions)
    const places = MAX_DOUBTS - doubts.length
    doubts.push(...lacking.slice(0, places))
    count(result, events.length, lacking.slice(places))
  })
  while (doubts.length > 0 && (await again())) {
    const left: Lacking[] = []
    for (let start = 0; start < doubts.length; start += PAGE) {
      const events = doubts.slice(start, start + PAGE).map(({ event }) => event)
      left.push(...(await lackingOf(events, options.versions)))
    }
    doubts = left
  }
  count(result, 0, doubts)
  return result
}

interface Lacking {
  event: ChangeEvent
  /** the index has nothing of it */
  isMissing: boolean
}

async function lackingOf(events: ChangeEvent[], versions: SearchIndex['versions']): Promise<Lacking[]> {
  const held = await versions(events.map(({ key }) => key))
  return events.flatMap((event) => {
    const version = held.get(event.key)
    if (version !== undefined && version >= versionOf(event)) return []
    return [{ event, isMissing: version === undefined }]
  })
}

const versionOf = (event: ChangeEvent): number =>
  event.topic === 'cdc.documents' ? event.value.after!.version : 0

function count(result: Comparison, compared: number, lacking: Lacking[]): void {
  const missing = lacking.filter(({ isMissing }) => isMissing).length
  result.compared += compared
  result.missing += missing
  result.older += lacking.length - missing
}

/** Works on all pages, each read once. After a failure no more are begun. */
async function eachPage(
  { read, concurrency, onDone }: CompareOptions,
  work: (events: ChangeEvent[]) => Promise<void>,
): Promise<void> {
  let failure: { error: unknown } | undefined
  const pages = readPages(read)
  const worker = async (): Promise<void> => {
    while (!failure) {
      try {
        // A generator reads for one at a time, however many ask.
        const { value: events, done } = await pages.next()
        if (done) return
        await work(events)
        onDone(events.length)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  if (failure) throw (failure as { error: unknown }).error
}

async function* readPages(read: CompareOptions['read']): AsyncGenerator<ChangeEvent[], undefined> {
  for (let after: string | undefined; ;) {
    const events = await read(after, PAGE)
    if (events.length === 0) return
    after = events.at(-1)!.key
    yield events
  }
}
