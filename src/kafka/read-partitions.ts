import type { LogReader } from './log-reader.ts'
import { type FetchedPartition, type KafkaOffset, partitionKey } from './types.ts'

export interface ReadOptions {
  reader: LogReader
  from: KafkaOffset[]
  /** The next fetch begins when it resolves. */
  onFetched(fetched: FetchedPartition[]): Promise<void> | void
  signal: AbortSignal
  /** milliseconds that a broker waits for the first record */
  waitMs?: number
}

const FETCH = { waitMs: 500, bytes: 16 * 1024 * 1024, bytesPerPartition: 2 * 1024 * 1024 }

/**
 * Reads partitions, each in order, until the signal aborts. A fetch in flight is then ignored; closing the reader ends it.
 * @throws what a fetch throws
 */
export async function readPartitions(options: ReadOptions): Promise<void> {
  const { reader, from, signal } = options
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const reading = [...reader.byLeader(from)].map(([broker, some]) => readFrom(broker, some, options))
  for (const one of reading) one.catch(() => {})
  await Promise.race([aborted, Promise.all(reading.length > 0 ? reading : [aborted])])
}

async function readFrom(
  broker: number,
  from: KafkaOffset[],
  { reader, onFetched, signal, waitMs = FETCH.waitMs }: ReadOptions,
): Promise<void> {
  let offsets = from
  while (!signal.aborted) {
    const fetched = await reader.fetch(broker, offsets, { ...FETCH, waitMs })
    if (signal.aborted) return
    const next = new Map(fetched.map((one) => [partitionKey(one), one.next]))
    offsets = offsets.map((one) => ({ ...one, offset: next.get(partitionKey(one)) ?? one.offset }))
    // A broker fills its answer in this order: each partition comes first in turn.
    offsets.push(offsets.shift()!)
    await onFetched(fetched)
  }
}

export interface RangeOptions extends ReadOptions {
  /** where each of these partitions ends */
  until: KafkaOffset[]
}

/**
 * Reads the records between two offsets of each partition.
 * @throws what a fetch throws, or when the signal aborts before the end
 */
export async function readRange({ from, until, onFetched, signal, ...options }: RangeOptions): Promise<void> {
  const ends = new Map(until.map((one) => [partitionKey(one), one.offset]))
  const endOf = (one: KafkaOffset | FetchedPartition): number => ends.get(partitionKey(one)) ?? 0
  const reading = from.filter((one) => one.offset < endOf(one))
  if (reading.length === 0) return
  const open = new Set(reading.map(partitionKey))
  const complete = new AbortController()
  await readPartitions({
    ...options,
    from: reading,
    signal: AbortSignal.any([signal, complete.signal]),
    waitMs: 50,
    async onFetched(fetched) {
      await onFetched(
        fetched.map((one) => ({
          ...one,
          records: one.records.filter(({ offset }) => offset < endOf(one)),
        })),
      )
      for (const one of fetched) if (one.next >= endOf(one)) open.delete(partitionKey(one))
      if (open.size === 0) complete.abort()
      // A long range leaves time for everything else.
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
  if (open.size > 0) throw new Error('reading from Kafka was aborted')
}
