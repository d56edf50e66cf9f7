import type { ChangeEvent } from '../../../domain/change.ts'
import { KafkaClient } from '../../../kafka/client.ts'
import { readRange } from '../../../kafka/read-partitions.ts'
import { topicNames, type TopicNames } from '../../../kafka/topic-names.ts'
import { type KafkaOffset, partitionKey } from '../../../kafka/types.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { abortAfter } from '../../../runtime/within.ts'
import {
  type DeadLetter,
  type DeadLetters,
  describeFailure,
  type OpenDeadLetters,
} from '../delivery/dead-letters.ts'
import type { LogItem } from './log-item.ts'

export interface KafkaDeadLetters extends DeadLetters {
  /** Stores a record that is not a change event. Durable when it resolves. */
  addRecord(consumer: string, item: LogItem, error: Error): Promise<void>
}

export interface KafkaDeadLettersOptions {
  client: KafkaClient
  names: TopicNames
  clock: Clock
  log: Logger
  /** letters that a listing holds in memory; it reads the topic again for the next ones */
  maxHeld?: number
}

/** Bytes that are kept of the value of a record that is not an event. */
const MAX_VALUE_BYTES = 256 * 1024

const READ_TIMEOUT_MS = 30_000

/** The value of a record of the topic. */
interface StoredLetter {
  consumer: string
  recorded_at: string
  error?: string
  event?: ChangeEvent
  record?: NonNullable<DeadLetter['record']>
  /** the record is not a letter: it settles the letter with the same key that was recorded at `settles` or before */
  settled?: 'retried' | 'dropped'
  settles?: string
}

/**
 * Dead letters as JSON in a topic: `consumer`, `error`, `recorded_at`, and the `event` as the consumer got it; for a
 * record that is not an event `record` with its topic, partition, offset, and key and value in base64. The same letter
 * can be written twice, then with the same key. A record with `settled` under the same key ends it.
 */
export function createKafkaDeadLetters({
  client,
  names,
  clock,
  log,
  maxHeld = 10_000,
}: KafkaDeadLettersOptions): KafkaDeadLetters {
  const now = (): string => clock.now().toISOString()
  const write = (key: string, letter: StoredLetter): Promise<void> =>
    client.send(names.deadLetters, key, JSON.stringify(letter))
  const open = createOpenLetters(client, names.deadLetters)

  return {
    add: (consumer, event, error) =>
      write(`${consumer}/${event.position}`, {
        consumer,
        event,
        error: describeFailure(error),
        recorded_at: now(),
      }),
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
      const letter = { consumer, record, error: describeFailure(error), recorded_at: now() }
      await write(`${consumer}/${topic}/${partition}/${offset}`, letter)
    },
    async count() {
      await open.refresh()
      return open.times.size
    },
    async *list() {
      await open.refresh()
      // Letters that are added or settled meanwhile do not change what is listed.
      const times = new Map(open.times)
      while (times.size > 0) {
        const found = new Map<string, DeadLetter>()
        await open.read(
          'earliest',
          (id, { consumer, recorded_at: recordedAt, error = '', event, record }) => {
            if (times.get(id) !== recordedAt || found.size >= maxHeld) return
            found.set(id, { id, consumer, recordedAt, error, event, ...(record && { record }) })
          },
        )
        // The rest has been removed by Kafka since.
        if (found.size === 0) return
        for (const id of found.keys()) times.delete(id)
        yield* found.values()
      }
    },
    settle: ({ id, consumer, recordedAt }, settled) =>
      write(id, { consumer, settled, settles: recordedAt, recorded_at: now() }),
  }
}

/** Which letters of the topic are not settled. Each refresh reads only what is new. */
function createOpenLetters(client: KafkaClient, topic: string) {
  /** when each was recorded last, by id */
  const times = new Map<string, string>()
  let next: KafkaOffset[] = []

  function apply(id: string, { recorded_at: recordedAt, settles }: StoredLetter): void {
    if (settles === undefined) times.set(id, recordedAt)
    else if ((times.get(id) ?? '') <= settles) times.delete(id)
  }

  /** @returns the offsets up to which it has read */
  function read(
    from: KafkaOffset[] | 'earliest',
    onLetter: (id: string, letter: StoredLetter) => void,
  ): Promise<KafkaOffset[]> {
    return client.withReader(async (reader) => {
      const partitions = await reader.partitionsOf([topic])
      const until = await reader.offsets(partitions, 'latest')
      const begin = await reader.offsets(partitions, 'earliest')
      const known = new Map(from === 'earliest' ? [] : from.map((one) => [partitionKey(one), one.offset]))
      await readRange({
        reader,
        from: begin.map((one) => ({
          ...one,
          offset: Math.max(one.offset, known.get(partitionKey(one)) ?? 0),
        })),
        until,
        signal: abortAfter(READ_TIMEOUT_MS),
        onFetched(fetched) {
          for (const { key, value } of fetched.flatMap(({ records }) => records)) {
            const letter = value && parseLetter(value)
            if (letter) onLetter(String(key), letter)
          }
        },
      })
      return until
    })
  }

  return {
    times: times as ReadonlyMap<string, string>,
    read,
    async refresh(): Promise<void> {
      next = await read(next, apply)
    },
  }
}

/** @returns undefined for a record that another program wrote */
function parseLetter(value: Buffer): StoredLetter | undefined {
  try {
    const letter = JSON.parse(value.toString()) as StoredLetter
    return typeof letter.consumer === 'string' && typeof letter.recorded_at === 'string' ? letter : undefined
  } catch {
    return undefined
  }
}

/** For a command; `stop` closes its connections. */
export function openKafkaDeadLetters(
  url: string,
  { prefix, clock, log }: { prefix: string; clock: Clock; log: Logger },
): OpenDeadLetters {
  const client = new KafkaClient(url, 'docmgr-dead-letters', log)
  const letters = createKafkaDeadLetters({ client, names: topicNames(prefix), clock, log })
  return { ...letters, stop: () => client.close() }
}
