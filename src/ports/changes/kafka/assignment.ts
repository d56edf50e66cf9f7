import type { ChangeEvent } from '../../../domain/change.ts'
import { TOPICS } from '../../../domain/topics.ts'
import { backoffMs, pause } from '../../../runtime/backoff.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { createSemaphore, type Semaphore } from '../../../runtime/semaphore.ts'
import { type ConsumerRunner, createConsumerRunner } from '../delivery/consumer-runner.ts'
import { Pace } from '../delivery/pace.ts'
import type { Consumer } from '../port.ts'
import type { RecordBatch } from './client.ts'
import type { KafkaDeadLetters } from './dead-letters.ts'
import type { Deduplicator } from './deduplicator.ts'
import { itemsOf, type LogItem } from './log-item.ts'
import { formatPosition, type Offsets } from './position.ts'
import type { UnplacedEvent } from './record.ts'
import type { TopicNames } from './topics.ts'
import { type KafkaRecord } from './types.ts'

export interface AssignmentOptions {
  consumer: Consumer
  deadLetters: KafkaDeadLetters
  log: Logger
  names: TopicNames
  /** of cluster and topics */
  identity: string
  deduplicator: Deduplicator
  /** milliseconds between heartbeats */
  heartbeatMs: number
  /** called at each heartbeat */
  onHeartbeat: () => void
}

const DEAD_LETTER_BACKOFF = { firstMs: 100, limitMs: 5_000 }

/**
 * The work of a group member on its partitions until the next rebalance: one batch of each partition at a time, and at
 * most `concurrency` of the consumer at the same time. Offsets are committed when everything before them is done.
 * kafkajs joins a rebalance when all calls of `process` have ended, so these wait for what is in flight.
 */
export class AssignmentWorker {
  readonly #options: AssignmentOptions
  readonly #abort = new AbortController()
  readonly #runners: ConsumerRunner[]
  readonly #idleRunners: ConsumerRunner[]
  readonly #semaphore: Semaphore
  readonly #pace: Pace
  readonly #active = new Set<Promise<void>>()
  #pending = 0
  /** why the assignment ended; undefined while it lasts, and when this process stops */
  #failure: unknown

  constructor(options: AssignmentOptions) {
    this.#options = options
    const { concurrency = 1, paceMs = 0 } = options.consumer
    const { signal } = this.#abort
    this.#runners = Array.from({ length: concurrency }, () => createConsumerRunner({ ...options, signal }))
    this.#idleRunners = [...this.#runners]
    this.#semaphore = createSemaphore(concurrency)
    this.#pace = new Pace(paceMs)
  }

  get problem(): string | undefined {
    return this.#runners.map((runner) => runner.problem()).find(Boolean)
  }

  /** events that wait for the consumer or are in flight */
  get pending(): number {
    return this.#pending
  }

  get deadLetterCount(): number {
    return this.#runners.reduce((sum, runner) => sum + runner.deadLetterCount(), 0)
  }

  /**
   * Resolves when all records of a partition are done and committed, or when this process stops.
   * @param commit commits the offset of the next record of the partition
   * @throws when the group rebalances or Kafka is lost, after what is in flight is done
   */
  async process(
    batch: RecordBatch['batch'],
    heartbeat: () => Promise<void>,
    commit: (offset: number) => Promise<void>,
  ): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    const done = new AbortController()
    const working = this.#work(batch, commit).finally(() => done.abort())
    this.#active.add(working)
    try {
      await Promise.all([working, this.#sendHeartbeats(heartbeat, done.signal)])
    } catch (error) {
      this.#failure ??= error
      this.#abort.abort()
    }
    await working.catch(() => {})
    this.#active.delete(working)
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Starts nothing more. Resolves when the batches in flight are done and committed. */
  async close(): Promise<void> {
    this.#abort.abort()
    await Promise.allSettled(this.#active)
  }

  /** Resolves when the signal aborts. @throws when the group rebalances or Kafka is lost */
  async #sendHeartbeats(heartbeat: () => Promise<void>, done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await pause(this.#options.heartbeatMs, done)
      if (done.aborted) return
      await heartbeat()
      this.#options.onHeartbeat()
    }
  }

  async #work(batch: RecordBatch['batch'], commit: (offset: number) => Promise<void>): Promise<void> {
    const { consumer, names, deduplicator, identity } = this.#options
    const { topic, partition } = batch
    let events: ChangeEvent[] = []
    for (const item of itemsOf({ topic, partition, records: recordsOf(batch) }, names)) {
      if (item.parsed.kind === 'malformed') await this.#putAside(item, item.parsed.error)
      else if (!deduplicator.isRepeat(item)) events.push(eventOf(item, item.parsed.event, identity))
      if (events.length === consumer.maxBatch) {
        if (!(await this.#handle(events))) return
        await commit(item.record.offset + 1)
        events = []
      }
      if (this.#abort.signal.aborted) return
    }
    if (await this.#handle(events)) await commit(Number(batch.lastOffset()) + 1)
  }

  /** @returns false when the assignment ended before everything was done */
  async #handle(events: ChangeEvent[]): Promise<boolean> {
    const { signal } = this.#abort
    if (events.length === 0) return true
    this.#pending += events.length
    try {
      return await this.#semaphore.run(async () => {
        if (events.length < this.#options.consumer.maxBatch) {
          await pause(this.#pace.waitMs(performance.now()), signal)
        }
        if (signal.aborted) return false
        this.#pace.started(performance.now())
        const runner = this.#idleRunners.pop()!
        try {
          return await runner.run(events)
        } finally {
          this.#idleRunners.push(runner)
        }
      })
    } finally {
      this.#pending -= events.length
    }
  }

  /** Writes a record that is not an event to the dead letters, for as long as it takes. */
  async #putAside(item: LogItem, error: Error): Promise<void> {
    const { consumer, deadLetters } = this.#options
    const { signal } = this.#abort
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await deadLetters.addRecord(consumer.name, item, error)
      } catch {
        await pause(backoffMs(failures, DEAD_LETTER_BACKOFF), signal)
      }
    }
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
