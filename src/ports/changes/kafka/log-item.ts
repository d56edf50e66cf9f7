import type { ChangeEvent } from '../../../domain/change.ts'
import { type Topic, TOPICS } from '../../../domain/topics.ts'
import { type ParsedRecord, parseRecord } from './record.ts'
import type { TopicNames } from '../../../kafka/topic-names.ts'
import type { FetchedPartition, KafkaRecord } from '../../../kafka/types.ts'

/** A parsed record and its place in the log. */
export interface LogItem {
  topic: Topic
  /** index in TOPICS */
  topicIndex: number
  partition: number
  record: KafkaRecord
  parsed: Exclude<ParsedRecord, { kind: 'ignored' }>
}

/**
 * The records of one fetch: in order within each partition, and by commit time across partitions. Nothing keeps
 * partitions in step between fetches. Records are parsed lazily: of thousands in one fetch, those that wait are buffers,
 * which cost the garbage collector nothing.
 */
export function* mergeByCommitTime(fetched: FetchedPartition[], names: TopicNames): Generator<LogItem, void> {
  const heads: { item: LogItem; rest: Iterator<LogItem, void> }[] = []
  for (const one of fetched) {
    const rest = itemsOf(one, names)
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

/** Parses records of one partition; those that are not about rows are left out. */
export function* itemsOf(
  { topic: name, partition, records }: Pick<FetchedPartition, 'topic' | 'partition' | 'records'>,
  { changes }: TopicNames,
): Generator<LogItem, void> {
  const topicIndex = changes.indexOf(name)
  const topic = TOPICS[topicIndex]!
  for (const record of records) {
    const parsed = parseRecord(topic, record)
    if (parsed.kind !== 'ignored') yield { topic, topicIndex, partition, record, parsed }
  }
}

function isBefore(one: LogItem, other: LogItem): boolean {
  const difference = commitTimeOf(one) - commitTimeOf(other)
  return difference < 0 || (difference === 0 && lsnOf(one) < lsnOf(other))
}

/** Unix time in microseconds */
function commitTimeOf({ parsed, record }: LogItem): number {
  if (parsed.kind === 'malformed') return record.timestamp * 1000
  const source = parsed.event.value.source as ChangeEvent['value']['source'] & { ts_us?: number }
  return source.ts_us ?? source.ts_ms * 1000
}

function lsnOf({ parsed }: LogItem): number {
  return (parsed.kind === 'event' && parsed.event.value.source.lsn) || 0
}
