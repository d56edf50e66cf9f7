import { documentIdOf, type ChangeEvent } from '../../../domain/change.ts'
import type { KafkaClient } from './client.ts'
import { isAfter, recall, type Remembered } from './history.ts'
import { Cursor, type Offsets } from './position.ts'
import { findPartitions, readRange, toOffsets, toPlaces } from './range.ts'
import { RepeatFilter, REPEATS_LEAD } from './repeats.ts'
import { SnapshotWatch } from './snapshots.ts'
import type { ResetReason } from '../driver.ts'

export interface ScanLimits {
  /** records that one scan reads at the most */
  records: number
  /** milliseconds that it may take */
  ms: number
}

export interface ScanRequest {
  documentId: string
  after: Offsets
  /** up to where memory takes over */
  until: Offsets
  limit: number
}

/** Answers from Kafka what is older than memory. */
export interface Scanner {
  find(request: ScanRequest): Promise<ChangeEvent[] | ResetReason>
  stop(): void
}

interface Waiting extends ScanRequest {
  found: ChangeEvent[]
  resolve(found: ChangeEvent[] | ResetReason): void
  reject(error: unknown): void
}

/** How long requests are gathered so that one scan answers them all. */
const GATHER_MS = 20

export interface ScannerOptions {
  client: KafkaClient
  prefix: string
  identity: () => string
  limits: ScanLimits
}

/** Many clients that come back at once share scans: one runs, and whoever asks meanwhile has part in the next. */
export function createScanner({ client, prefix, identity, limits }: ScannerOptions): Scanner {
  let waiting: Waiting[] = []
  let running = false
  const stopped = new AbortController()

  const run = async (): Promise<void> => {
    running = true
    while (waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
      const requests = waiting
      waiting = []
      try {
        await scan(requests)
      } catch (error) {
        for (const request of requests) request.reject(error)
      }
    }
    running = false
  }

  const scan = async (all: Waiting[]): Promise<void> => {
    const link = client.link()
    try {
      const partitions = await findPartitions(link, prefix)
      const earliest = toOffsets(await link.offsets(partitions, 'earliest'), prefix)
      const requests = all.filter((request) => {
        const tooOld = earliest.some((some, number) =>
          some.some((offset, partition) => (request.after[number]![partition] ?? 0) < offset),
        )
        if (tooOld || distance(request) > limits.records) {
          request.resolve({ reset: 'the position is too old' })
          return false
        }
        return true
      })
      if (requests.length === 0) return
      const until = combine(
        requests.map((request) => request.until),
        Math.max,
      )
      const after = combine(
        requests.map((request) => request.after),
        Math.min,
      )
      const from = after.map((some, number) =>
        some.map((offset, partition) => Math.max(earliest[number]?.[partition] ?? 0, offset - REPEATS_LEAD)),
      )
      const readItems = collector(requests, from, identity())
      await readRange({
        link,
        prefix,
        from: toPlaces(from, prefix),
        until: toPlaces(until, prefix),
        onItem: readItems,
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(limits.ms)]),
      })
      for (const { found, resolve } of requests) resolve(found)
    } finally {
      await link.close()
    }
  }

  return {
    find: (request) =>
      new Promise((resolve, reject) => {
        if (stopped.signal.aborted) return reject(new Error('the change feed has stopped'))
        waiting.push({ ...request, found: [], resolve, reject })
        if (!running) void run()
      }),
    stop: () => stopped.abort(),
  }
}

function distance({ after, until }: ScanRequest): number {
  return until
    .flatMap((some, number) =>
      some.map((offset, partition) => Math.max(0, offset - (after[number]![partition] ?? 0))),
    )
    .reduce((sum, records) => sum + records, 0)
}

/** The least or the greatest offset of each partition. */
function combine(all: Offsets[], pick: (...offsets: number[]) => number): Offsets {
  return [0, 1].map((number) => {
    const partitions = Math.max(...all.map((offsets) => offsets[number]!.length))
    return Array.from({ length: partitions }, (_, partition) =>
      pick(...all.map((offsets) => offsets[number]![partition] ?? 0)),
    )
  })
}

function collector(requests: Waiting[], from: Offsets, identity: string) {
  const cursor = new Cursor(identity, from)
  const repeats = new RepeatFilter()
  const snapshots = new SnapshotWatch(from.flat().every((offset) => offset === 0))
  const byDocument = new Map<string, Waiting[]>()
  for (const request of requests) {
    const others = byDocument.get(request.documentId)
    if (others) others.push(request)
    else byDocument.set(request.documentId, [request])
  }
  return ({
    parsed,
    number,
    partition,
    record,
  }: Parameters<Parameters<typeof readRange>[0]['onItem']>[0]): void => {
    const next = record.offset + 1
    cursor.move(number, partition, next)
    if (parsed.kind === 'malformed' || repeats.isRepeat(parsed.event)) return
    const { event, text } = parsed
    const place = { number, partition, next }
    if (snapshots.begins(event)) {
      for (const request of requests) {
        if (isAfter(place as Remembered, request.after)) {
          request.resolve({
            reset: 'the rows were read anew since, and what was between may be missing',
          })
        }
      }
    }
    if (event.value.op === 'r') return
    const documentId = documentIdOf(event as ChangeEvent)
    for (const request of byDocument.get(documentId) ?? []) {
      const position = cursor.positionOf(number, partition)
      const remembered = { ...place, documentId, topic: event.topic, key: event.key, text, position }
      if (!isAfter(remembered, request.after) || request.found.length >= request.limit) continue
      if (next > (request.until[number]![partition] ?? 0)) continue
      request.found.push(recall(remembered, request.after))
    }
  }
}
