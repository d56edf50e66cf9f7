import { type ChangeEvent, TOPICS } from '../../../domain/change.ts'
import { backoffMs, pause } from '../../../runtime/backoff.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { within } from '../../../runtime/within.ts'
import { ConsumerQueue } from '../delivery/consumer-queue.ts'
import { Queue } from '../delivery/queue.ts'
import type { Consumer } from '../port.ts'
import type { RecordBatch } from './client.ts'
import type { KafkaDeadLetters } from './dead-letters.ts'
import type { Deduplicator } from './deduplicator.ts'
import { itemsOf, type LogItem } from './log-item.ts'
import type { PartitionProgress } from './partition-progress.ts'
import { formatPosition, type Offsets } from './position.ts'
import type { UnplacedEvent } from './record.ts'
import type { TopicNames } from './topics.ts'
import { groupByTopic, type KafkaOffset, type KafkaRecord } from './types.ts'

export interface AssignmentOptions {
  consumer: Consumer
  deadLetters: KafkaDeadLetters
  log: Logger
  names: TopicNames
  /** of cluster and topics */
  identity: string
  deduplicator: Deduplicator
  progress: PartitionProgress
  /** asks the broker for the ends of the partitions */
  refreshEnds: () => void
  /** milliseconds between heartbeats */
  heartbeatMs: number
  /** maximum milliseconds that a rebalance waits for the batches in flight */
  closeMs: number
}

const DEAD_LETTER_BACKOFF = { firstMs: 100, limitMs: 5_000 }
/** Events that may wait for the consumer, or one batch more than it handles at the same time. */
const QUEUE_LIMIT = 2_000

/**
 * The work of a group member on its partitions until the next rebalance. Offsets are committed when everything before
 * them is done. kafkajs joins a rebalance when all calls of `process` have ended, so these wait for what is in flight.
 */
export class AssignmentWorker {
  readonly #options: AssignmentOptions
  readonly #queue: ConsumerQueue
  readonly #queueLimit: number
  /** what was offered to the queue up to an event: everything in a partition before an offset */
  readonly #marks = new Queue<{ seq: number; place: KafkaOffset }>()
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined
  /** why the assignment ended; undefined while it lasts, and when this process stops */
  #failure: unknown
  #seq = 0
  #onCapacity: (() => void)[] = []
  #commitOffsets: RecordBatch['commitOffsetsIfNecessary'] | undefined

  constructor(options: AssignmentOptions) {
    this.#options = options
    const { maxBatch, concurrency = 1 } = options.consumer
    this.#queueLimit = Math.max(QUEUE_LIMIT, (concurrency + 1) * maxBatch)
    this.#queue = new ConsumerQueue({
      ...options,
      onProgress: () => this.#onProgress(),
      dispatched: () => this.#seq,
    })
  }

  get problem(): string | undefined {
    return this.#queue.problem
  }

  get pending(): number {
    return this.#queue.pending
  }

  get deadLetterCount(): number {
    return this.#queue.deadLetterCount
  }

  get lag(): number {
    return this.#options.progress.lag
  }

  /**
   * Resolves when all records of a partition's batch are done and committed, or when this process stops.
   * @throws when the group rebalances or Kafka is lost, after what is in flight is done
   */
  async process({ batch, heartbeat, commitOffsetsIfNecessary }: RecordBatch): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#closed) return
    this.#commitOffsets = commitOffsetsIfNecessary
    this.#options.progress.setEnds([{ ...batch, offset: Number(batch.highWatermark) }])
    const delivered = new AbortController()
    const delivering = this.#deliver(batch).finally(() => delivered.abort())
    try {
      await Promise.all([delivering, this.#sendHeartbeats(heartbeat, delivered.signal)])
      await this.#commit()
    } catch (error) {
      this.#failure ??= error
      void this.close()
    }
    if (this.#closing.signal.aborted) await this.close()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Moves on over records that are not events. */
  skipTo(place: KafkaOffset): void {
    this.#mark(place)
    this.#onProgress()
  }

  /** Finishes the batches in flight and commits. @param ms maximum milliseconds for that */
  close(ms = this.#options.closeMs): Promise<void> {
    return (this.#closed ??= this.#close(ms))
  }

  async #close(ms: number): Promise<void> {
    const { consumer, log } = this.#options
    const { name } = consumer
    this.#closing.abort()
    for (const resolve of this.#onCapacity.splice(0)) resolve()
    await within(ms, this.#queue.stop()).catch(() => {
      log.warn({ consumer: name }, 'consumer did not finish its batch; it is delivered again')
    })
    await this.#commit().catch((error: unknown) => {
      log.warn({ consumer: name, err: error }, 'could not commit offsets; events are delivered again')
    })
    this.#commitOffsets = undefined
  }

  /** Resolves when the signal aborts. @throws when the group rebalances or Kafka is lost */
  async #sendHeartbeats(heartbeat: () => Promise<void>, delivered: AbortSignal): Promise<void> {
    const { heartbeatMs, refreshEnds } = this.#options
    while (!delivered.aborted) {
      await pause(heartbeatMs, delivered)
      if (delivered.aborted) return
      await heartbeat()
      refreshEnds()
    }
  }

  /** Resolves when all records of the batch are done, or the assignment ends. */
  async #deliver(batch: RecordBatch['batch']): Promise<void> {
    const { names, deduplicator, identity } = this.#options
    const { topic, partition } = batch
    const { signal } = this.#closing
    for (const item of itemsOf({ topic, partition, records: recordsOf(batch) }, names)) {
      await this.#waitForCapacity()
      if (item.parsed.kind === 'malformed') await this.#putAside(item, item.parsed.error)
      if (signal.aborted) return
      if (item.parsed.kind === 'event' && !deduplicator.isRepeat(item)) {
        this.#queue.offer({ seq: ++this.#seq, event: eventOf(item, item.parsed.event, identity) })
      }
      this.#mark({ topic, partition, offset: item.record.offset + 1 })
    }
    this.#mark({ topic, partition, offset: Number(batch.lastOffset()) + 1 })
    this.#onProgress()
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    if (!signal.aborted) await Promise.race([this.#queue.reached(this.#seq), aborted])
  }

  #mark(place: KafkaOffset): void {
    this.#marks.push({ seq: this.#seq, place })
  }

  /** Writes a record that is not an event to the dead letters, for as long as it takes. */
  async #putAside(item: LogItem, error: Error): Promise<void> {
    const { consumer, deadLetters } = this.#options
    const { signal } = this.#closing
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await deadLetters.addRecord(consumer.name, item, error)
      } catch {
        await pause(backoffMs(failures, DEAD_LETTER_BACKOFF), signal)
      }
    }
  }

  async #waitForCapacity(): Promise<void> {
    if (this.#queue.pending < this.#queueLimit || this.#closing.signal.aborted) return
    this.#onProgress()
    await new Promise<void>((resolve) => this.#onCapacity.push(resolve))
  }

  #onProgress(): void {
    const { done } = this.#queue
    const { progress } = this.#options
    for (let { first } = this.#marks; first && first.seq <= done; { first } = this.#marks) {
      progress.advance(first.place)
      this.#marks.shift()
    }
    if (this.#queue.pending < this.#queueLimit) for (const resolve of this.#onCapacity.splice(0)) resolve()
    // A failure is repeated with the next commit; the one at the end of a batch is reported.
    void this.#commit().catch(() => {})
  }

  async #commit(): Promise<void> {
    await this.#options.progress.commit(async (offsets) => {
      const topics = Array.from(groupByTopic(offsets), ([topic, some]) => ({
        topic,
        partitions: some.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      }))
      await this.#commitOffsets?.({ topics })
    })
  }
}

function recordsOf({ messages }: RecordBatch['batch']): KafkaRecord[] {
  return messages.map(({ offset, timestamp, key, value }) => ({
    offset: Number(offset),
    timestamp: Number(timestamp),
    key: key as Buffer | null,
    value,
  }))
}

/** An event's position names its own offset only, so that it is the same at every delivery. */
function eventOf(
  { topicIndex, partition, record }: LogItem,
  event: UnplacedEvent,
  identity: string,
): ChangeEvent {
  const offsets: Offsets = TOPICS.map(() => [])
  offsets[topicIndex] = [...Array<number>(partition).fill(0), record.offset + 1]
  const position = formatPosition({ identity, moved: [topicIndex, partition], offsets })
  return { ...event, position } as ChangeEvent
}
