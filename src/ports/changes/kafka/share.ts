import type { ChangeEvent } from '../../../domain/change.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { within } from '../../../runtime/within.ts'
import { backoffMs, pause } from '../backoff.ts'
import type { KafkaClient } from './client.ts'
import type { KafkaDeadLetters } from './dead-letters.ts'
import type { KafkaMembership } from './group.ts'
import {
  kafkaErrorType,
  type KafkaFetched,
  type KafkaLink,
  type KafkaOffset,
  type KafkaPartition,
} from './link.ts'
import { Cursor } from './position.ts'
import { itemsOf, nameOf, readKafka } from './reader.ts'
import { RepeatFilter } from './repeats.ts'
import { ConsumerQueue } from '../delivery/consumer-queue.ts'
import type { Consumer } from '../port.ts'
import { Queue } from '../delivery/queue.ts'

export interface KafkaTimings {
  /** without a sign of life, a member's partitions go to others; of one without and of one with a name of its own */
  sessionMs: number
  staticSessionMs: number
  heartbeatMs: number
  /** for the members of a group to finish what they have in hand when it shares out its work anew */
  rebalanceMs: number
  /** how often new partitions are looked for */
  refreshMs: number
  /** for the consumers to finish the batch in hand when the feed stops */
  stopMs: number
}

export interface SharedConsumerOptions {
  client: KafkaClient
  consumer: Consumer
  group: string
  instance: string | undefined
  prefix: string
  deadLetters: KafkaDeadLetters
  log: Logger
  random: () => number
  timings: KafkaTimings
}

const RETRY_SEND = { firstMs: 100, limitMs: 5_000 }
/** Events that may be with the consumer before reading pauses: at least so many, and one batch more than it handles. */
const QUEUE_LIMIT = 2_000

/** One of the partitions. */
interface Place extends KafkaPartition {
  /** offset of the first event that is not done */
  done: number
  /** one after the last event there is */
  end: number
}

/** What was given to the queue up to an event: all of the place before an offset. */
interface Mark {
  seq: number
  place: Place
  offset: number
}

interface ShareOptions extends SharedConsumerOptions {
  link: KafkaLink
  membership: KafkaMembership
  topics: string[]
  end: AbortSignal
}

/**
 * The work on the partitions that a member has, until it has others. Offsets are committed when everything before them
 * is done, and never after the partitions have gone to another member: the broker refuses commits of a member that is
 * no longer one.
 */
export class Share {
  /** Resolves when the group shares out its work anew or the signal came; rejects when Kafka is lost. */
  readonly ended: Promise<void>
  readonly #options: ShareOptions
  readonly #queue: ConsumerQueue
  readonly #queueLimit: number
  readonly #over = new AbortController()
  readonly #cursor: Cursor
  readonly #repeats = new RepeatFilter()
  readonly #marks = new Queue<Mark>()
  readonly #places: ReadonlyMap<string, Place>
  /** those with something done that is not committed */
  readonly #dirty = new Set<Place>()
  #committing: Promise<void> | undefined
  #closed = false
  #seq = 0
  #onRoom: (() => void) | undefined

  static async open(options: ShareOptions): Promise<Share> {
    const { link, membership, topics, log } = options
    const identity = await link.identity(topics)
    const [committed, earliest, latest] = await Promise.all([
      membership.committed(),
      link.offsets(membership.assigned, 'earliest'),
      link.offsets(membership.assigned, 'latest'),
    ])
    const from = earliest.map((first) => {
      const end = latest.find((one) => nameOf(one) === nameOf(first))!
      const place = committed.find((one) => nameOf(one) === nameOf(first))
      if (place && place.offset >= first.offset && place.offset <= end.offset) return place
      if (place)
        log.error({ committed: place, first }, 'events were removed from Kafka before they were handled')
      return first
    })
    return new Share(options, identity, from)
  }

  private constructor(options: ShareOptions, identity: string, from: KafkaOffset[]) {
    this.#options = options
    const { maxBatch, concurrency = 1 } = options.consumer
    this.#queueLimit = Math.max(QUEUE_LIMIT, (concurrency + 1) * maxBatch)
    this.#cursor = new Cursor(identity, [[], []])
    this.#places = new Map(
      from.map(({ topic, partition, offset }) => [
        nameOf({ topic, partition }),
        { topic, partition, done: offset, end: offset },
      ]),
    )
    this.#queue = new ConsumerQueue({
      ...options,
      onProgress: () => this.#progress(),
      dispatched: () => this.#seq,
    })
    this.ended = this.#work(from)
    this.ended.catch(() => {})
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
    let lag = 0
    for (const { done, end } of this.#places.values()) lag += Math.max(0, end - done)
    return lag
  }

  async #work(from: KafkaOffset[]): Promise<void> {
    const { link, end, timings, consumer, log } = this.#options
    const { signal } = this.#over
    const stop = (): void => this.#over.abort()
    end.addEventListener('abort', stop, { once: true })
    if (end.aborted) stop()
    const left = new AbortController()
    const heartbeats = this.#heartbeats(left.signal)
    const watching = this.#watchPartitions(signal)
    try {
      const reading = readKafka({ link, from, signal, onFetched: (fetched) => this.#take(fetched) })
      await Promise.race([reading, watching])
    } finally {
      stop()
      end.removeEventListener('abort', stop)
      this.#onRoom?.()
      await within(end.aborted ? timings.stopMs : timings.rebalanceMs, this.#queue.stop()).catch(() => {
        log.warn({ consumer: consumer.name }, 'consumer did not finish its batch in time; it comes again')
      })
      await this.#commit().catch((error: unknown) => {
        log.warn(
          { consumer: consumer.name, err: error },
          'what was done could not be noted down; it comes again',
        )
      })
      this.#closed = true
      left.abort()
    }
    const failure = await heartbeats
    if (failure !== undefined && !end.aborted) throw failure
  }

  /** Go on while the batch in hand is finished, so that the member stays one. @returns why they cannot */
  async #heartbeats(left: AbortSignal): Promise<unknown> {
    const { membership, timings } = this.#options
    while (!left.aborted) {
      await pause(timings.heartbeatMs, left)
      if (left.aborted) return undefined
      try {
        await membership.heartbeat()
      } catch (error) {
        this.#over.abort()
        if (kafkaErrorType(error) !== 'REBALANCE_IN_PROGRESS') return error
      }
    }
    return undefined
  }

  /** Resolves when the topics have other partitions than before. */
  async #watchPartitions(signal: AbortSignal): Promise<void> {
    const { link, topics, timings } = this.#options
    const count = (): number => topics.flatMap((topic) => link.partitionsOf(topic)).length
    const before = count()
    while (!signal.aborted) {
      await pause(timings.refreshMs, signal)
      if (signal.aborted) return
      await link.refresh(topics)
      if (count() !== before) return
    }
  }

  async #take(fetched: KafkaFetched[]): Promise<void> {
    const { consumer, deadLetters, log, prefix, random } = this.#options
    for (const one of fetched) this.#places.get(nameOf(one))!.end = one.end
    for (const { parsed, topic, number, from, partition, record } of itemsOf(fetched, prefix)) {
      if (this.#queue.pending >= this.#queueLimit) await this.#room()
      if (this.#over.signal.aborted) return
      const place = this.#places.get(from)!
      const offset = record.offset + 1
      this.#cursor.move(number, partition, offset)
      if (parsed.kind === 'malformed') {
        log.error({ topic, partition, offset: record.offset, err: parsed.error }, 'a record is no event')
        await this.#persist(random, () =>
          deadLetters.addRecord(consumer.name, place.topic, partition, record, parsed.error),
        )
      } else if (!this.#repeats.isRepeat(parsed.event)) {
        const { key, value } = parsed.event
        const position = this.#cursor.positionOf(number, partition)
        this.#queue.offer({ seq: ++this.#seq, event: { topic, key, value, position } as ChangeEvent })
      }
      this.#marks.push({ seq: this.#seq, place, offset })
    }
    for (const one of fetched) {
      this.#marks.push({ seq: this.#seq, place: this.#places.get(nameOf(one))!, offset: one.next })
    }
    this.#progress()
    if (this.#queue.pending >= this.#queueLimit) await this.#room()
  }

  async #room(): Promise<void> {
    this.#progress()
    if (this.#over.signal.aborted) return
    await new Promise<void>((resolve) => (this.#onRoom = resolve))
  }

  async #persist(random: () => number, work: () => Promise<void>): Promise<void> {
    for (let failures = 1; !this.#over.signal.aborted; failures++) {
      try {
        return await work()
      } catch {
        await pause(backoffMs(failures, RETRY_SEND, random), this.#over.signal)
      }
    }
    throw new Error('stopped')
  }

  #progress(): void {
    if (this.#closed) return
    const { done } = this.#queue
    for (let first = this.#marks.first; first && first.seq <= done; first = this.#marks.first) {
      const { place, offset } = this.#marks.shift()!
      if (place.done >= offset) continue
      place.done = offset
      this.#dirty.add(place)
    }
    if (this.#onRoom && this.#queue.pending < this.#queueLimit) {
      this.#onRoom()
      this.#onRoom = undefined
    }
    if (this.#dirty.size > 0 && !this.#committing) {
      // What fails is committed with the next, or comes again.
      void this.#commit().catch(() => this.#over.abort())
    }
  }

  /** One commit at a time, so that none overtakes another. */
  async #commit(): Promise<void> {
    while (this.#committing) await this.#committing.catch(() => {})
    if (this.#dirty.size === 0) return
    const offsets = Array.from(this.#dirty, ({ topic, partition, done }) => ({
      topic,
      partition,
      offset: done,
    }))
    this.#dirty.clear()
    this.#committing = this.#options.membership.commit(offsets)
    try {
      await this.#committing
    } finally {
      this.#committing = undefined
    }
    if (!this.#closed) this.#progress()
  }
}
