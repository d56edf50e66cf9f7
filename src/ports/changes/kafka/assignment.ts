import type { ChangeEvent } from '../../../domain/change.ts'
import { TOPICS } from '../../../domain/topics.ts'
import type { RecordBatch } from '../../../kafka/client.ts'
import type { KafkaRecord } from '../../../kafka/types.ts'
import { backoffMs, pause } from '../../../runtime/backoff.ts'
import { ConsumerQueue } from '../delivery/consumer-queue.ts'
import type { Consumer } from '../port.ts'
import type { KafkaContext } from './context.ts'
import type { Deduplicator } from './deduplicator.ts'
import { itemsOf, type LogItem } from './log-item.ts'
import { formatPosition, type Offsets } from './position.ts'
import type { UnplacedEvent } from './record.ts'

interface AssignmentOptions extends KafkaContext {
  consumer: Consumer
  /** of cluster and topics */
  identity: string
  deduplicator: Deduplicator
  /** called at each heartbeat */
  onHeartbeat: () => void
}

type Commit = (offset: number) => Promise<void>

/** An event that waits in the queue or is in flight. */
interface Ahead {
  seq: number
  /** the offset to commit when it is done */
  next: number
}

const DEAD_LETTER_BACKOFF = { firstMs: 100, limitMs: 5_000 }
/** The answer to a heartbeat while the group waits for this member to join it again. */
const isRebalance = (error: unknown): boolean => (error as { type?: string }).type === 'REBALANCE_IN_PROGRESS'
/** Batches of a partition that wait in the queue or are in flight, so that the consumer always has the next one. */
const BATCHES_AHEAD = 2

/**
 * The work of a group member on its partitions until the next rebalance. The events of all partitions go through one
 * queue; the offsets of a partition are committed when everything before them is done. kafkajs joins a rebalance when
 * all calls of `process` have ended, so these wait for what is in flight.
 */
export class Assignment {
  readonly queue: ConsumerQueue
  readonly #options: AssignmentOptions
  readonly #abort = new AbortController()
  readonly #active = new Set<Promise<void>>()
  #seq = 0
  /** why the assignment ended; undefined while it lasts, and when this process stops */
  #failure: unknown

  constructor(options: AssignmentOptions) {
    this.#options = options
    this.queue = new ConsumerQueue({ ...options, onProgress: () => {}, dispatched: () => this.#seq })
  }

  /**
   * Resolves when all records of a partition are done and committed, or when this process stops.
   * @param commit commits the offset of the next record of the partition
   * @throws when the group rebalances or Kafka is lost, after what is in flight is done
   */
  async process(batch: RecordBatch['batch'], heartbeat: () => Promise<void>, commit: Commit): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    const done = new AbortController()
    const working = this.#work(batch, commit).finally(() => done.abort())
    this.#active.add(working)
    try {
      await Promise.all([working, this.#sendHeartbeats(heartbeat, done.signal)])
    } catch (error) {
      this.#failure ??= error
      void this.#stopQueue()
      void this.#stayMember(heartbeat, done.signal)
    }
    await working.catch(() => {})
    this.#active.delete(working)
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Starts nothing more. Resolves when the batches in flight are done and committed. */
  async close(): Promise<void> {
    await this.#stopQueue()
    await Promise.allSettled(this.#active)
  }

  #stopQueue(): Promise<void> {
    this.#abort.abort()
    return this.queue.stop()
  }

  /** Resolves when the signal aborts. @throws when the group rebalances or Kafka is lost */
  async #sendHeartbeats(heartbeat: () => Promise<void>, done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await pause(this.#options.timings.heartbeatMs, done)
      if (done.aborted) return
      await heartbeat()
      this.#options.onHeartbeat()
    }
  }

  /**
   * Until the batch in flight is done, or the group goes on without this member: one that sends no heartbeat for a session,
   * whatever it is answered, loses its partitions before it has committed, and another member repeats the batch.
   */
  async #stayMember(heartbeat: () => Promise<void>, done: AbortSignal): Promise<void> {
    let isAwaited = true
    while (isAwaited && !done.aborted) {
      isAwaited = await heartbeat().then(() => true, isRebalance)
      await pause(this.#options.timings.heartbeatMs, done)
    }
  }

  async #work(batch: RecordBatch['batch'], commit: Commit): Promise<void> {
    const { consumer, names, deduplicator, identity } = this.#options
    const { topic, partition } = batch
    const { signal } = this.#abort
    let ahead: Ahead[] = []
    for (const item of itemsOf({ topic, partition, records: recordsOf(batch) }, names)) {
      if (item.parsed.kind === 'malformed') await this.#putAside(item, item.parsed.error)
      else if (!deduplicator.isRepeat(item)) {
        this.queue.offer({ seq: ++this.#seq, event: eventOf(item, item.parsed.event, identity) })
        ahead.push({ seq: this.#seq, next: item.record.offset + 1 })
      }
      if (ahead.length >= BATCHES_AHEAD * consumer.maxBatch) {
        await this.queue.reached(ahead[consumer.maxBatch - 1]!.seq)
        ahead = await this.#commitDone(ahead, commit)
      }
      if (signal.aborted) break
    }
    const last = ahead.at(-1)
    const isDone = last === undefined || (await this.queue.reached(last.seq))
    if (isDone && !signal.aborted) await commit(Number(batch.lastOffset()) + 1)
    else await this.#commitDone(ahead, commit)
  }

  /** @returns the events that are not done */
  async #commitDone(ahead: Ahead[], commit: Commit): Promise<Ahead[]> {
    const { done } = this.queue
    const last = ahead.findLast(({ seq }) => seq <= done)
    if (last) await commit(last.next)
    return ahead.filter(({ seq }) => seq > done)
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
