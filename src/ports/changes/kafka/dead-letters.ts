import type { Clock } from '../../../runtime/clock.ts'
import type { DeadLetters } from '../delivery/dead-letters.ts'
import { describeFailure } from '../delivery/dead-letters.ts'
import type { KafkaClient } from './client.ts'
import type { KafkaRecord } from './link.ts'

export interface KafkaDeadLetters extends DeadLetters {
  /** A record that is no event. Durable when it resolves. */
  addRecord(
    consumer: string,
    topic: string,
    partition: number,
    record: KafkaRecord,
    error: unknown,
  ): Promise<void>
}

/** Of a record that is no event, as much is kept. */
const MAX_VALUE_BYTES = 256 * 1024

/**
 * Dead letters as JSON in a topic: `consumer`, `error`, `recorded_at`, and `event` as the consumer got it, or for what
 * is no event `record` with its topic, partition, offset, and key and value in base64. The same letter can come twice,
 * then with the same key.
 */
export function createKafkaDeadLetters(client: KafkaClient, topic: string, clock: Clock): KafkaDeadLetters {
  const send = (key: string, letter: object): Promise<void> =>
    client.send(topic, key, JSON.stringify({ ...letter, recorded_at: clock.now().toISOString() }))
  return {
    async add(consumer, event, error) {
      await send(`${consumer}/${event.position}`, { consumer, event, error: describeFailure(error) })
    },
    async addRecord(consumer, from, partition, { offset, key, value }, error) {
      const record = {
        topic: from,
        partition,
        offset,
        key: key?.toString('base64') ?? null,
        value: value?.subarray(0, MAX_VALUE_BYTES).toString('base64') ?? null,
      }
      await send(`${consumer}/${from}/${partition}/${offset}`, {
        consumer,
        record,
        error: describeFailure(error),
      })
    },
    async count() {
      const link = client.link()
      try {
        await link.refresh([topic])
        const partitions = link.partitionsOf(topic)
        const sum = async (at: 'earliest' | 'latest'): Promise<number> =>
          (await link.offsets(partitions, at)).reduce((total, { offset }) => total + offset, 0)
        return (await sum('latest')) - (await sum('earliest'))
      } finally {
        await link.close()
      }
    },
  }
}
