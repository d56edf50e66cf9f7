import type { ChangeEvent } from '../../../domain/change.ts'
import type { LogReader } from '../../../kafka/log-reader.ts'
import { readRange } from '../../../kafka/read-partitions.ts'
import { groupCommit } from '../../../runtime/group-commit.ts'
import { abortAfter } from '../../../runtime/within.ts'
import type { ResetReason } from '../driver.ts'
import type { KafkaContext } from './context.ts'
import { DEDUPLICATION_LEAD } from './deduplicator.ts'
import { EventReader, isAfter, rebase } from './event-reader.ts'
import { type LogItem, mergeByCommitTime } from './log-item.ts'
import { combineOffsets, fromOffsets, isReached, type Offsets, toOffsets } from './position.ts'
import { SNAPSHOT_REASON } from './recent-events.ts'

export interface LogReplayLimits {
  /** maximum records that are read for a request */
  records: number
  /** maximum milliseconds of one scan */
  ms: number
}

export interface LogReplayRequest {
  /** undefined: all documents */
  documentId: string | undefined
  after: Offsets
  /** where the replay buffer takes over */
  until: Offsets
  /** maximum events */
  limit: number
}

/** Replays from Kafka what is older than the replay buffer. */
export interface LogReplay {
  /** @throws when Kafka cannot be read */
  find(request: LogReplayRequest): Promise<ChangeEvent[] | ResetReason>
  stop(): void
}

export interface LogReplayOptions extends KafkaContext {
  identity: () => string
  limits: LogReplayLimits
}

interface Search extends LogReplayRequest {
  found: ChangeEvent[]
  reset?: string
}

/** Requests of many clients that come back at once share scans: one runs, and the others wait for the next. */
export function createLogReplay(options: LogReplayOptions): LogReplay {
  const stopped = new AbortController()
  const scanTogether = groupCommit<Search>((searches) =>
    options.client.withReader((reader) => scan(searches, reader, options, stopped.signal)),
  )
  return {
    async find(request) {
      stopped.signal.throwIfAborted()
      const search: Search = { ...request, found: [] }
      await scanTogether(search)
      return search.reset === undefined ? search.found : { reset: search.reset }
    },
    stop: () => stopped.abort(new Error('the change feed has stopped')),
  }
}

/** Reads once for all the searches. @throws when Kafka cannot be read */
async function scan(
  all: Search[],
  reader: LogReader,
  { names, identity, limits }: LogReplayOptions,
  stopped: AbortSignal,
): Promise<void> {
  const partitions = await reader.partitionsOf(names.changes)
  const earliest = toOffsets(await reader.offsets(partitions, 'earliest'), names)
  for (const search of all) {
    if (!isReached(search.after, earliest) || distance(search) > limits.records)
      search.reset = 'the position is too old'
  }
  const searches = all.filter(({ reset }) => reset === undefined)
  if (searches.length === 0) return
  const until = combineOffsets(Math.max, ...searches.map((search) => search.until))
  const after = combineOffsets(Math.min, ...searches.map((search) => search.after))
  const lead = after.map((some) => some.map((offset) => Math.max(0, offset - DEDUPLICATION_LEAD)))
  const from = combineOffsets(Math.max, earliest, lead)
  const collect = createCollector(searches, new EventReader(identity(), from))
  await readRange({
    reader,
    from: fromOffsets(from, names),
    until: fromOffsets(until, names),
    signal: AbortSignal.any([stopped, abortAfter(limits.ms)]),
    onFetched: (fetched) => {
      for (const item of mergeByCommitTime(fetched, names)) collect(item)
    },
  })
}

/** Adds what is read to the searches that it belongs to. */
function createCollector(searches: Search[], events: EventReader): (item: LogItem) => void {
  const byDocument = new Map<string | undefined, Search[]>()
  for (const one of searches) byDocument.set(one.documentId, [...(byDocument.get(one.documentId) ?? []), one])
  return (item) => {
    const read = events.read(item)
    if (!read) return
    const { place, replayable, startsGap } = read
    if (startsGap) {
      for (const search of searches) if (isAfter(place, search.after)) search.reset ??= SNAPSHOT_REASON
    }
    if (!replayable) return
    const wanted = [byDocument.get(replayable.documentId), byDocument.get(undefined)]
    for (const { after, until, found, limit } of wanted.flatMap((some) => some ?? [])) {
      if (isAfter(place, after) && !isAfter(place, until) && found.length < limit) {
        found.push(rebase(replayable, after))
      }
    }
  }
}

function distance({ after, until }: LogReplayRequest): number {
  const distances = until.flatMap((some, topic) =>
    some.map((offset, partition) => Math.max(0, offset - (after[topic]![partition] ?? 0))),
  )
  return distances.reduce((sum, records) => sum + records, 0)
}
