import type { Config } from '../config/schema.ts'
import { isConnectionFailure, messageOf } from '../kafka/errors.ts'
import { countPartitions, ensureKafkaTopics } from '../kafka/topics.ts'

type Changes = Config['changes']

/**
 * Creates the topics of the feed that are missing, with the connector's number of partitions and replicas.
 * @param properties of the connector
 * @returns the names of the created topics
 * @throws Error naming the setting
 */
export function ensureTopics(
  { url, prefix, historyHours }: Changes,
  properties: Record<string, string>,
): Promise<string[]> {
  const number = (key: string, fallback: number): number => Number(properties[key] ?? fallback)
  return ensureKafkaTopics(url, {
    prefix,
    partitions: number('topic.creation.default.partitions', 3),
    replicationFactor: number('topic.creation.default.replication.factor', -1),
    retentionHours: historyHours,
  }).catch(namingTheSetting)
}

/**
 * The number of partitions of each topic of the feed; 0 for a topic that is missing.
 * @throws Error naming the setting
 */
export function partitionsOfTopics({ url, prefix }: Changes): Promise<Record<string, number>> {
  return countPartitions(url, prefix).catch(namingTheSetting)
}

function namingTheSetting(error: unknown): never {
  if (!isConnectionFailure(error)) throw error
  throw new Error(`Kafka does not answer (${messageOf(error)}): changes.url names it`, { cause: error })
}
