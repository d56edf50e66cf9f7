import { type ChangeEvent, type Topic, TOPICS } from '../../../domain/change.ts'
import type { KafkaFetched, KafkaLink, KafkaOffset, KafkaPartition, KafkaRecord } from './link.ts'
import { type ParsedRecord, parseRecord } from './record.ts'
import { topicNames } from './topics.ts'

export interface ReadOptions {
  link: KafkaLink
  from: KafkaOffset[]
  /** The next is fetched when it resolves. */
  onFetched(fetched: KafkaFetched[]): Promise<void> | void
  signal: AbortSignal
  /** milliseconds that a broker waits for the first record */
  waitMs?: number
}

const FETCH = { waitMs: 500, bytes: 8 * 1024 * 1024, bytesPerPartition: 1024 * 1024 }
/** Fetches in a row that brought nothing of a partition although there is something. */
const MAX_BARREN = 3

/** Reads partitions, each in order, until the signal comes. @throws when that is not possible any more */
export async function readKafka(options: ReadOptions): Promise<void> {
  const { link, from, signal } = options
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const next = new Map(from.map((one) => [nameOf(one), one.offset]))
  const brokers = [...link.leaders(from)].map(([broker, partitions]) =>
    readBroker(broker, partitions, next, options),
  )
  for (const reading of brokers) reading.catch(() => {})
  // A fetch cannot be broken off: its answer is left alone.
  await Promise.race([ended, Promise.all(brokers.length > 0 ? brokers : [ended])])
}

async function readBroker(
  broker: string,
  partitions: KafkaPartition[],
  next: Map<string, number>,
  { link, onFetched, signal, waitMs = FETCH.waitMs }: ReadOptions,
): Promise<void> {
  const barren = new Map<string, number>()
  while (!signal.aborted) {
    const from = partitions.map((one) => ({ ...one, offset: next.get(nameOf(one))! }))
    // The answer to one partition alone is never empty for lack of room.
    const stuck = from.find((one) => barren.get(nameOf(one))! >= MAX_BARREN)
    const fetched = await link.fetch(broker, stuck ? [stuck] : from, { ...FETCH, waitMs })
    if (signal.aborted) return
    for (const one of fetched) {
      const name = nameOf(one)
      const isBarren = one.next === next.get(name) && one.end > one.next
      barren.set(name, isBarren ? (barren.get(name) ?? 0) + 1 : 0)
      // A batch whose records were all compacted away: kafkajs does not say where it ends.
      if (isBarren && stuck) one.next++
      next.set(name, one.next)
    }
    await onFetched(fetched)
  }
}

export function nameOf({ topic, partition }: KafkaPartition): string {
  return `${topic}/${partition}`
}

/** A record that something must happen with. */
export interface ReadItem {
  topic: Topic
  /** number of the topic, see TOPICS */
  number: number
  /** name of the partition, see nameOf */
  from: string
  partition: number
  record: KafkaRecord
  parsed: Exclude<ParsedRecord, { kind: 'nothing' }>
}

/**
 * What one fetch brought, in one order: that of each partition, and of several that of the commits. Between fetches
 * nothing keeps partitions in step. A record is parsed when it is asked for: of the thousands in one fetch those that
 * wait are buffers, which cost the garbage collector nothing.
 */
export function* itemsOf(fetched: KafkaFetched[], prefix: string): Generator<ReadItem, void> {
  const heads: { item: ReadItem; rest: Iterator<ReadItem, void> }[] = []
  for (const one of fetched) {
    const rest = partitionItems(one, prefix)
    const { value: item } = rest.next()
    if (item) heads.push({ item, rest })
  }
  while (heads.length > 0) {
    let first = heads[0]!
    for (const head of heads) if (head !== first && isBefore(head.item, first.item)) first = head
    yield first.item
    const { value: item } = first.rest.next()
    if (item) first.item = item
    else heads.splice(heads.indexOf(first), 1)
  }
}

function* partitionItems(
  { topic: name, partition, records }: KafkaFetched,
  prefix: string,
): Generator<ReadItem, void> {
  const number = Object.values(topicNames(prefix)).indexOf(name)
  const topic = TOPICS[number]!
  const from = nameOf({ topic: name, partition })
  for (const record of records) {
    const parsed = parseRecord(topic, record)
    if (parsed.kind !== 'nothing') yield { topic, number, from, partition, record, parsed }
  }
}

function isBefore(one: ReadItem, other: ReadItem): boolean {
  const difference = timeOf(one) - timeOf(other)
  return difference < 0 || (difference === 0 && lsnOf(one) < lsnOf(other))
}

/** When it committed, microseconds since the epoch. */
function timeOf({ parsed, record }: ReadItem): number {
  if (parsed.kind === 'malformed') return record.timestamp * 1000
  const source = parsed.event.value.source as ChangeEvent['value']['source'] & { ts_us?: number }
  return source.ts_us ?? source.ts_ms * 1000
}

function lsnOf({ parsed }: ReadItem): number {
  return (parsed.kind === 'event' && parsed.event.value.source.lsn) || 0
}
