import { type ChangeEvent, documentIdOf } from '../../../domain/change.ts'

/** An event that a consumer could not process, and that nobody has dealt with yet. */
export interface DeadLetter {
  /** names it in commands: the consumer, and the position of the event or the place of the record */
  id: string
  consumer: string
  /** ISO 8601; of the last failure */
  recordedAt: string
  error: string
  /** as the consumer got it; undefined for a record of Kafka that is not an event */
  event: ChangeEvent | undefined
  /** the record that is not an event: topic, partition, offset, and key and value in base64 */
  record?: { key: string | null } & Record<string, unknown>
}

/** The consumer that can process an event later: it compares versions. The others have to deliver in order. */
export const RETRYING_CONSUMER = 'indexer'

/** Events that a consumer could not process, kept for the operator. */
export interface DeadLetters {
  /** Durable when it resolves; stored once for each consumer and position. */
  add(consumer: string, event: ChangeEvent, error: unknown): Promise<void>
  /** How many there are now, of all consumers and processes. */
  count(): Promise<number>
  list(): AsyncIterable<DeadLetter>
  /** Removes a letter from the list, unless its event has failed again since it was read. */
  settle(letter: DeadLetter, how: 'retried' | 'dropped'): Promise<void>
}

/** Opened for one command. */
export interface OpenDeadLetters extends DeadLetters {
  stop(): Promise<void>
}

/** An error's stack, bounded. PostgreSQL's text cannot hold the character 0. */
export function describeFailure(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return text.replaceAll('\0', '').slice(0, 10_000)
}

const UUID = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/

/** The document that a letter is about, where it can be known. */
export function documentOf({ event, record }: DeadLetter): string | undefined {
  if (event) return documentIdOf(event)
  return UUID.exec(Buffer.from(record?.key ?? '', 'base64').toString())?.[0]
}
