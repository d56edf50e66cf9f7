import type { Config } from '../config/schema.ts'
import { openKafka } from '../ports/changes/kafka/client.ts'
import { kafkaErrorType, MissingTopicError } from '../ports/changes/kafka/link.ts'
import { ensureKafkaTopics, topicNames } from '../ports/changes/kafka/topics.ts'
import { parseKafkaUrl } from '../ports/changes/kafka/url.ts'
import { silentLogger } from '../runtime/logger.ts'

type Changes = Config['changes']

/**
 * Makes the topics of the feed that are missing, with as many partitions and copies as the connector would give them.
 * @param properties the connector's
 * @returns the names of those that were made
 * @throws Error naming the setting
 */
export async function ensureTopics(
  { url, prefix, historyHours }: Changes,
  properties: Record<string, string>,
): Promise<string[]> {
  const number = (key: string, fallback: number): number => Number(properties[key] ?? fallback)
  const { created } = await ensureKafkaTopics(url, {
    prefix,
    partitions: number('topic.creation.default.partitions', 3),
    replicationFactor: number('topic.creation.default.replication.factor', -1),
    retentionHours: historyHours,
    log: silentLogger,
  }).catch(namingTheSetting)
  return created
}

/**
 * How many partitions each topic of the feed has; 0: it is missing.
 * @throws Error naming the setting
 */
export async function partitionsOfTopics({ url, prefix }: Changes): Promise<Record<string, number>> {
  const kafka = openKafka({ address: parseKafkaUrl(url), clientId: 'docmgr-topics', log: silentLogger })
  const link = kafka.link()
  const found: Record<string, number> = {}
  try {
    for (const topic of Object.values(topicNames(prefix))) {
      try {
        await link.refresh([topic])
        found[topic] = link.partitionsOf(topic).length
      } catch (error) {
        if (!(error instanceof MissingTopicError)) throw error
        found[topic] = 0
      }
    }
    return found
  } catch (error) {
    return namingTheSetting(error as Error)
  } finally {
    await kafka.close()
  }
}

const CONNECTION_FAILURES = new Set(['KafkaJSConnectionError', 'KafkaJSNumberOfRetriesExceeded'])

function namingTheSetting(error: Error): never {
  if (!CONNECTION_FAILURES.has(kafkaErrorType(error))) throw error
  throw new Error(`Kafka does not answer (${error.message}): changes.url names it`, { cause: error })
}
