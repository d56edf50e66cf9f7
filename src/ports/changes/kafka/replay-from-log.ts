import type { ChangeEvent } from '../../../domain/change.ts'
import type { ResetReason } from '../driver.ts'
import type { KafkaClient } from './client.ts'
import { DEDUPLICATION_LEAD } from './deduplicator.ts'
import { EventReader } from './event-reader.ts'
import { mergeByCommitTime } from './log-item.ts'
import type { LogReader } from './log-reader.ts'
import type { Offsets } from './position.ts'
import { readRange } from './read-partitions.ts'
import { SNAPSHOT_REASON } from './recent-events.ts'
import { isAfter, rebase } from './replay-buffer.ts'
import { fromOffsets, toOffsets, type TopicNames } from './topics.ts'

export interface LogReplayLimits {
  /** maximum records that are read for a request */
  records: number
  /** maximum milliseconds of one scan */
  ms: number
}

export interface LogReplayRequest {
  documentId: string
  after: Offsets
  /** where the replay buffer takes over */
  until: Offsets
  /** maximum events */
  limit: number
}

/** Replays from Kafka what is older than the replay buffer. */
export interface LogReplay {
  find(request: LogReplayRequest): Promise<ChangeEvent[] | ResetReason>
  stop(): void
}

export interface LogReplayOptions {
  client: KafkaClient
  names: TopicNames
  identity: () => string
  limits: LogReplayLimits
}

interface Pending extends LogReplayRequest {
  found: ChangeEvent[]
  resolve(replay: ChangeEvent[] | ResetReason): void
  reject(error: unknown): void
}

/** Requests within this time share a scan. */
const COLLECT_MS = 20

/** Requests of many clients that come back at once share scans: one runs, and the others collect for the next. */
export function createLogReplay(options: LogReplayOptions): LogReplay {
  let pending: Pending[] = []
  let running = false
  const stopped = new AbortController()

  const run = async (): Promise<void> => {
    running = true
    while (pending.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, COLLECT_MS))
      const requests = pending
      pending = []
      const reader = options.client.reader()
      try {
        await scan(requests, reader, options, stopped.signal)
      } catch (error) {
        for (const request of requests) request.reject(error)
      } finally {
        await reader.close()
      }
    }
    running = false
  }

  return {
    find: (request) =>
      new Promise((resolve, reject) => {
        if (stopped.signal.aborted) return reject(new Error('the change feed has stopped'))
        pending.push({ ...request, found: [], resolve, reject })
        if (!running) void run()
      }),
    stop: () => stopped.abort(),
  }
}

/** Answers all the requests. @throws when Kafka cannot be read */
async function scan(
  all: Pending[],
  reader: LogReader,
  { names, identity, limits }: LogReplayOptions,
  stopped: AbortSignal,
): Promise<void> {
  const partitions = await reader.partitionsOf(names.changes)
  const earliest = toOffsets(await reader.offsets(partitions, 'earliest'), names)
  const requests = all.filter((request) => {
    if (isBefore(request.after, earliest) || distance(request) > limits.records) {
      request.resolve({ reset: 'the position is too old' })
      return false
    }
    return true
  })
  if (requests.length === 0) return
  const until = combine(Math.max, ...requests.map((request) => request.until))
  const after = combine(Math.min, ...requests.map((request) => request.after))
  const lead = after.map((some) => some.map((offset) => Math.max(0, offset - DEDUPLICATION_LEAD)))
  const from = combine(Math.max, earliest, lead)
  const events = new EventReader(identity(), from)
  const byDocument = new Map<string, Pending[]>()
  for (const one of requests) byDocument.set(one.documentId, [...(byDocument.get(one.documentId) ?? []), one])
  await readRange({
    reader,
    from: fromOffsets(from, names),
    until: fromOffsets(until, names),
    signal: AbortSignal.any([stopped, AbortSignal.timeout(limits.ms)]),
    onFetched(fetched) {
      for (const item of mergeByCommitTime(fetched, names)) {
        const read = events.read(item)
        if (!read) continue
        const { topicIndex, partition, record } = item
        const place = { topicIndex, partition, next: record.offset + 1 }
        if (read.startsGap) {
          for (const one of requests) if (isAfter(place, one.after)) one.resolve({ reset: SNAPSHOT_REASON })
        }
        const { buffered } = read
        if (!buffered) continue
        for (const request of byDocument.get(buffered.documentId) ?? []) {
          const { after, until, found, limit } = request
          if (isAfter(place, after) && !isAfter(place, until) && found.length < limit) {
            found.push(rebase(buffered, after))
          }
        }
      }
    },
  })
  for (const { found, resolve } of requests) resolve(found)
}

const isBefore = (offsets: Offsets, others: Offsets): boolean =>
  others.some((some, topic) => some.some((other, partition) => (offsets[topic]![partition] ?? 0) < other))

function distance({ after, until }: LogReplayRequest): number {
  const distances = until.flatMap((some, topic) =>
    some.map((offset, partition) => Math.max(0, offset - (after[topic]![partition] ?? 0))),
  )
  return distances.reduce((sum, records) => sum + records, 0)
}

/** Combines the offsets of each partition. */
function combine(pick: (...offsets: number[]) => number, ...all: Offsets[]): Offsets {
  return all[0]!.map((_, topic) => {
    const partitions = Math.max(...all.map((offsets) => offsets[topic]!.length))
    return Array.from({ length: partitions }, (_, partition) =>
      pick(...all.map((offsets) => offsets[topic]![partition] ?? 0)),
    )
  })
}
