import { TOPICS } from '../../../domain/change.ts'
import type { KafkaLink, KafkaOffset } from './link.ts'
import type { Offsets } from './position.ts'
import { itemsOf, nameOf, type ReadItem, readKafka } from './reader.ts'
import { topicNames } from './topics.ts'

/** The partitions of both topics. @throws MissingTopicError */
export async function findPartitions(link: KafkaLink, prefix: string): Promise<KafkaOffset[]> {
  const { documents, signatures } = topicNames(prefix)
  await link.refresh([documents, signatures])
  return [documents, signatures].flatMap((topic) =>
    link.partitionsOf(topic).map((partition) => ({ ...partition, offset: 0 })),
  )
}

export function toOffsets(places: KafkaOffset[], prefix: string): Offsets {
  const names = Object.values(topicNames(prefix))
  const offsets: Offsets = TOPICS.map(() => [])
  for (const { topic, partition, offset } of places) offsets[names.indexOf(topic)]![partition] = offset
  return offsets.map((some) => Array.from(some, (offset) => offset ?? 0))
}

export function toPlaces(offsets: Offsets, prefix: string): KafkaOffset[] {
  const names = Object.values(topicNames(prefix))
  return offsets.flatMap((some, number) =>
    some.map((offset, partition) => ({ topic: names[number]!, partition, offset })),
  )
}

export interface RangeOptions {
  link: KafkaLink
  prefix: string
  from: KafkaOffset[]
  /** where each of these partitions ends */
  until: KafkaOffset[]
  onItem(item: ReadItem): void
  signal: AbortSignal
}

/** Reads what is between two places. @throws when that is not possible, or the signal comes before the end */
export async function readRange({ link, prefix, from, until, onItem, signal }: RangeOptions): Promise<void> {
  const ends = new Map(until.map((one) => [nameOf(one), one.offset]))
  const open = new Set(from.filter((one) => one.offset < ends.get(nameOf(one))!).map(nameOf))
  const over = new AbortController()
  const reading = from.filter((one) => open.has(nameOf(one)))
  if (reading.length === 0) return
  await readKafka({
    link,
    from: reading,
    signal: AbortSignal.any([signal, over.signal]),
    waitMs: 50,
    async onFetched(fetched) {
      for (const item of itemsOf(fetched, prefix)) {
        const end = ends.get(nameOf({ topic: topicNameOf(item, prefix), partition: item.partition }))!
        if (item.record.offset < end) onItem(item)
      }
      for (const one of fetched) if (one.next >= ends.get(nameOf(one))!) open.delete(nameOf(one))
      if (open.size === 0) over.abort()
      // Long readings leave room for everything else.
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
  if (open.size > 0) throw new Error('reading back from Kafka was broken off')
}

function topicNameOf({ number }: ReadItem, prefix: string): string {
  return Object.values(topicNames(prefix))[number]!
}
