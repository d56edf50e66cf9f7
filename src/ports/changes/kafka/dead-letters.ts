import type { Clock } from '../../../runtime/clock.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { type DeadLetters, describeFailure } from '../delivery/dead-letters.ts'
import type { KafkaClient } from './client.ts'
import type { LogItem } from './log-item.ts'
import type { TopicNames } from './topics.ts'

export interface KafkaDeadLetters extends DeadLetters {
  /** Stores a record that is not a change event. Durable when it resolves. */
  addRecord(consumer: string, item: LogItem, error: Error): Promise<void>
}

export interface KafkaDeadLettersOptions {
  client: KafkaClient
  names: TopicNames
  clock: Clock
  log: Logger
}

/** Bytes that are kept of the value of a record that is not an event. */
const MAX_VALUE_BYTES = 256 * 1024

/**
 * Dead letters as JSON in a topic: `consumer`, `error`, `recorded_at`, and the `event` as the consumer got it; for a
 * record that is not an event `record` with its topic, partition, offset, and key and value in base64. The same letter
 * can be written twice, then with the same key.
 */
export function createKafkaDeadLetters({
  client,
  names,
  clock,
  log,
}: KafkaDeadLettersOptions): KafkaDeadLetters {
  const send = async (key: string, consumer: string, letter: object, error: unknown): Promise<void> => {
    const recordedAt = clock.now().toISOString()
    const value = { consumer, ...letter, error: describeFailure(error), recorded_at: recordedAt }
    await client.send(names.deadLetters, key, JSON.stringify(value))
  }
  return {
    add: (consumer, event, error) => send(`${consumer}/${event.position}`, consumer, { event }, error),
    async addRecord(consumer, { topicIndex, partition, record: { offset, key, value } }, error) {
      const topic = names.changes[topicIndex]!
      log.error({ topic, partition, offset, err: error }, 'a record is not a change event')
      const record = {
        topic,
        partition,
        offset,
        key: key?.toString('base64') ?? null,
        value: value?.subarray(0, MAX_VALUE_BYTES).toString('base64') ?? null,
      }
      await send(`${consumer}/${topic}/${partition}/${offset}`, consumer, { record }, error)
    },
    async count() {
      const reader = client.reader()
      try {
        const partitions = await reader.partitionsOf([names.deadLetters])
        const sum = async (at: 'earliest' | 'latest'): Promise<number> =>
          (await reader.offsets(partitions, at)).reduce((total, { offset }) => total + offset, 0)
        return (await sum('latest')) - (await sum('earliest'))
      } finally {
        await reader.close()
      }
    },
  }
}
