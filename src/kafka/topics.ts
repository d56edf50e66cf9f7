import { TOPIC_TABLE, TOPICS } from '../domain/topics.ts'
import { silentLogger } from '../runtime/logger.ts'
import { KafkaClient, type TopicConfig } from './client.ts'
import { MissingTopicError } from './errors.ts'
import { topicNames } from './topic-names.ts'

export interface KafkaTopicsOptions {
  /** prefix of the topic names */
  prefix: string
  /** of each topic of changes; adding some later breaks the order of a document's changes once */
  partitions: number
  /** copies of each partition, at most one per broker; -1: the brokers' default */
  replicationFactor: number
  /** how long every change is kept; after that, only the newest state of each document */
  retentionHours: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Dead letters wait for an operator. */
const DEAD_LETTERS_MS = 90 * DAY_MS

/** Positions hold an offset of 7 characters for each partition, and have at most 128 characters. */
export const MAX_PARTITIONS = Math.floor(16 / TOPICS.length)

/**
 * Creates the topics that are missing; the settings of existing ones are not changed.
 * @returns the names of the created topics
 * @throws Error that says what is wrong, after a bounded time
 */
export async function ensureKafkaTopics(url: string, options: KafkaTopicsOptions): Promise<string[]> {
  const { partitions, replicationFactor } = options
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > MAX_PARTITIONS) {
    throw new Error(`partitions must be a whole number from 1 to ${MAX_PARTITIONS}`)
  }
  if (!Number.isInteger(replicationFactor) || (replicationFactor < 1 && replicationFactor !== -1)) {
    throw new Error('replicationFactor must be a whole number from 1, or -1')
  }
  return withClient(url, (client) => client.createTopics(wantedTopics(options)))
}

/** The number of partitions of each topic of a feed; 0 for a topic that is missing. */
export function countPartitions(url: string, prefix: string): Promise<Record<string, number>> {
  const { changes, deadLetters, peers } = topicNames(prefix)
  const count = (client: KafkaClient, topic: string): Promise<number> =>
    client
      .withReader(async (reader) => (await reader.partitionsOf([topic])).length)
      .catch((error: unknown) => {
        if (error instanceof MissingTopicError) return 0
        throw error
      })
  return withClient(url, async (client) => {
    const counts: Record<string, number> = {}
    for (const topic of [...changes, deadLetters, peers]) counts[topic] = await count(client, topic)
    return counts
  })
}

async function withClient<T>(url: string, work: (client: KafkaClient) => Promise<T>): Promise<T> {
  const client = new KafkaClient(url, 'docmgr-topics', silentLogger)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

function wantedTopics(options: KafkaTopicsOptions): TopicConfig[] {
  const { prefix, partitions, replicationFactor, retentionHours } = options
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
  const deletedAfter = (ms: number, segment = {}): Record<string, string | number> => ({
    'cleanup.policy': 'delete',
    'retention.ms': ms,
    ...segment,
  })
  const topicOf = (topic: string, numPartitions: number, config: Record<string, string | number>) => ({
    topic,
    numPartitions,
    replicationFactor,
    configEntries: Object.entries(config).map(([name, value]) => ({ name, value: String(value) })),
  })
  return [
    // Records are keyed by document: compaction keeps the newest state only of rows that are documents themselves.
    ...TOPIC_TABLE.map(({ documentId }, index) =>
      topicOf(
        names.changes[index]!,
        partitions,
        documentId === 'id' ? compacted : deletedAfter(keepMs, { 'segment.ms': segmentMs }),
      ),
    ),
    topicOf(names.deadLetters, 1, deletedAfter(Math.max(DEAD_LETTERS_MS, keepMs))),
    topicOf(names.peers, 1, deletedAfter(HOUR_MS, { 'segment.ms': HOUR_MS })),
  ]
}
