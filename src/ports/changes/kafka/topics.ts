import type { Logger } from '../../../runtime/logger.ts'
import { openKafka } from './client.ts'
import { parseKafkaUrl } from './url.ts'

export interface KafkaTopicsOptions {
  /** what the names of the topics begin with */
  prefix: string
  /** of the topics of changes, 1 to 8; more can be added later, but then the order of a document's changes breaks once */
  partitions: number
  /** copies of each partition, at most as many as there are brokers; -1: what the brokers have as their default */
  replicationFactor: number
  /** how long every change is kept; after that, of a document only the newest state, of a signature nothing */
  retentionHours: number
  log: Logger
}

export interface EnsuredTopics {
  /** names of the topics that were made */
  created: string[]
  /** names of those that were there; their settings are left alone */
  existing: string[]
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Dead letters wait for an operator. */
const DEAD_LETTERS_MS = 90 * DAY_MS

/** Positions in the feed hold an offset of each partition, and have at most 128 characters. */
export const MAX_PARTITIONS = 8

/** The names of the topics of one feed. */
export function topicNames(prefix: string) {
  return {
    documents: `${prefix}.documents`,
    signatures: `${prefix}.signatures`,
    deadLetters: `${prefix}.dead-letters`,
    peers: `${prefix}.peers`,
  }
}

/**
 * Creates the topics that are missing. Safe to repeat.
 * @throws Error that says what is wrong, after a bounded time
 */
export async function ensureKafkaTopics(url: string, options: KafkaTopicsOptions): Promise<EnsuredTopics> {
  const { partitions, replicationFactor, retentionHours, log } = options
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > MAX_PARTITIONS) {
    throw new Error(`partitions must be a whole number from 1 to ${MAX_PARTITIONS}`)
  }
  if (!Number.isInteger(replicationFactor) || (replicationFactor < 1 && replicationFactor !== -1)) {
    throw new Error('replicationFactor must be a whole number from 1, or -1')
  }
  const names = topicNames(options.prefix)
  const keepMs = Math.max(1, Math.round(retentionHours * HOUR_MS))
  // Only closed segments are compacted or deleted.
  const segmentMs = Math.min(DAY_MS, Math.max(HOUR_MS, Math.round(keepMs / 4)))
  const wanted = [
    {
      topic: names.documents,
      partitions,
      config: {
        'cleanup.policy': 'compact',
        'min.compaction.lag.ms': keepMs,
        'delete.retention.ms': keepMs,
        'segment.ms': segmentMs,
      },
    },
    {
      topic: names.signatures,
      partitions,
      config: { 'cleanup.policy': 'delete', 'retention.ms': keepMs, 'segment.ms': segmentMs },
    },
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
  const kafka = openKafka({ address: parseKafkaUrl(url), clientId: 'docmgr-topics', log })
  try {
    return await kafka.createTopics(wanted.map((topic) => ({ ...topic, replicationFactor })))
  } finally {
    await kafka.close()
  }
}
