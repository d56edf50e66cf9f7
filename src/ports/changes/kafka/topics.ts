import { TOPIC_TABLE, TOPICS } from '../../../domain/topics.ts'
import { type Logger, silentLogger } from '../../../runtime/logger.ts'
import { createKafkaClient } from './client.ts'
import { MissingTopicError } from './errors.ts'
import type { Offsets } from './position.ts'
import type { KafkaOffset } from './types.ts'

export interface KafkaTopicsOptions {
  /** prefix of the topic names */
  prefix: string
  /** of each topic of changes; adding some later breaks the order of a document's changes once */
  partitions: number
  /** copies of each partition, at most one per broker; -1: the brokers' default */
  replicationFactor: number
  /** how long every change is kept; after that, only the newest state of each document */
  retentionHours: number
  log: Logger
}

export interface EnsuredTopics {
  created: string[]
  /** those that existed before; their settings are not changed */
  existing: string[]
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Dead letters wait for an operator. */
const DEAD_LETTERS_MS = 90 * DAY_MS

/** Positions hold an offset of 7 characters for each partition, and have at most 128 characters. */
export const MAX_PARTITIONS = Math.floor(16 / TOPICS.length)

export interface TopicNames {
  /** in the order of TOPICS */
  changes: string[]
  deadLetters: string
  /** messages between processes, see ports/cluster */
  peers: string
}

export function topicNames(prefix: string): TopicNames {
  return {
    changes: TOPIC_TABLE.map(({ table }) => `${prefix}.${table}`),
    deadLetters: `${prefix}.dead-letters`,
    peers: `${prefix}.peers`,
  }
}

export function toOffsets(places: KafkaOffset[], { changes }: TopicNames): Offsets {
  const offsets: Offsets = changes.map(() => [])
  for (const { topic, partition, offset } of places) offsets[changes.indexOf(topic)]![partition] = offset
  return offsets.map((some) => Array.from(some, (offset) => offset ?? 0))
}

export function fromOffsets(offsets: Offsets, { changes }: TopicNames): KafkaOffset[] {
  return offsets.flatMap((some, index) =>
    some.map((offset, partition) => ({ topic: changes[index]!, partition, offset })),
  )
}

/**
 * Creates the topics that are missing. Safe to repeat.
 * @throws Error that says what is wrong, after a bounded time
 */
export async function ensureKafkaTopics(url: string, options: KafkaTopicsOptions): Promise<EnsuredTopics> {
  const { partitions, replicationFactor, log } = options
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > MAX_PARTITIONS) {
    throw new Error(`partitions must be a whole number from 1 to ${MAX_PARTITIONS}`)
  }
  if (!Number.isInteger(replicationFactor) || (replicationFactor < 1 && replicationFactor !== -1)) {
    throw new Error('replicationFactor must be a whole number from 1, or -1')
  }
  const kafka = createKafkaClient({ url, clientId: 'docmgr-topics', log })
  try {
    return await kafka.createTopics(wantedTopics(options).map((topic) => ({ ...topic, replicationFactor })))
  } finally {
    await kafka.close()
  }
}

/** The number of partitions of each topic of a feed; 0 for a topic that is missing. */
export async function countPartitions(url: string, prefix: string): Promise<Record<string, number>> {
  const { changes, deadLetters, peers } = topicNames(prefix)
  const kafka = createKafkaClient({ url, clientId: 'docmgr-topics', log: silentLogger })
  const reader = kafka.reader()
  const counts: Record<string, number> = {}
  try {
    for (const topic of [...changes, deadLetters, peers]) {
      counts[topic] = await reader.partitionsOf([topic]).then(
        (partitions) => partitions.length,
        (error: unknown) => {
          if (error instanceof MissingTopicError) return 0
          throw error
        },
      )
    }
    return counts
  } finally {
    await kafka.close()
  }
}

function wantedTopics({ prefix, partitions, retentionHours }: KafkaTopicsOptions) {
  const names = topicNames(prefix)
  const keepMs = Math.max(1, Math.round(retentionHours * HOUR_MS))
  // Only closed segments are compacted or deleted.
  const segmentMs = Math.min(DAY_MS, Math.max(HOUR_MS, Math.round(keepMs / 4)))
  const compacted = {
    'cleanup.policy': 'compact',
    'min.compaction.lag.ms': keepMs,
    'delete.retention.ms': keepMs,
    'segment.ms': segmentMs,
  }
  const deleted = { 'cleanup.policy': 'delete', 'retention.ms': keepMs, 'segment.ms': segmentMs }
  return [
    // Records are keyed by document: compaction keeps the newest state only of rows that are documents themselves.
    ...TOPIC_TABLE.map(({ documentId }, index) => ({
      topic: names.changes[index]!,
      partitions,
      config: documentId === 'id' ? compacted : deleted,
    })),
    {
      topic: names.deadLetters,
      partitions: 1,
      config: { 'cleanup.policy': 'delete', 'retention.ms': Math.max(DEAD_LETTERS_MS, keepMs) },
    },
    {
      topic: names.peers,
      partitions: 1,
      config: { 'cleanup.policy': 'delete', 'retention.ms': HOUR_MS, 'segment.ms': HOUR_MS },
    },
  ]
}
