import { type ChangeEvent, documentIdOf } from '../../../domain/change.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { pause } from '../backoff.ts'
import type { KafkaClient } from './client.ts'
import {
  kafkaErrorType,
  type KafkaFetched,
  type KafkaLink,
  type KafkaOffset,
  MissingTopicError,
} from './link.ts'
import type { KafkaDeadLetters } from './dead-letters.ts'
import { KafkaMemory, type MemoryLimits } from './history.ts'
import { Cursor, isReached, type Offsets } from './position.ts'
import { findPartitions, readRange, toOffsets, toPlaces } from './range.ts'
import { itemsOf, nameOf, type ReadItem, readKafka } from './reader.ts'
import { keepLinked } from './reconnect.ts'
import { RepeatFilter } from './repeats.ts'
import { SnapshotWatch } from './snapshots.ts'
import { MAX_PARTITIONS, topicNames } from './topics.ts'
import { OffsetWaiters } from './waiters.ts'
import { ConsumerQueue } from '../delivery/consumer-queue.ts'
import type { Consumer, FeedStatus } from '../port.ts'

export interface TailOptions {
  client: KafkaClient
  prefix: string
  deadLetters: KafkaDeadLetters
  log: Logger
  clock: Clock
  random: () => number
  memory: MemoryLimits
  /** what is read back at the start, at the most */
  warm: { events: number; hours: number; ms: number }
  /** how often new partitions are looked for, milliseconds */
  refreshMs: number
}

/** Failures until the start goes on without waiting for Kafka any longer. */
const FIRST_TRIES = 4
/** events that may wait for a consumer before reading pauses */
const QUEUE_LIMIT = 10_000

/**
 * Reads every partition from now on, without a group, for the consumers of this process that see everything; and
 * remembers what it read.
 */
export class KafkaTail {
  readonly queues: ConsumerQueue[] = []
  readonly #options: TailOptions
  readonly #abort = new AbortController()
  #state: FeedStatus['state'] = 'starting'
  #problem: string | undefined
  #cursor: Cursor | undefined
  #memory: KafkaMemory | undefined
  #repeats = new RepeatFilter()
  #snapshots = new SnapshotWatch(true)
  /** the last snapshot before which events may be missing: nobody who has not seen its first row can go on */
  #gap: { number: number; partition: number; next: number; reason: string } | undefined
  /** there were no topics when it started, so everything in them is new */
  #fromBeginning = false
  /** when it was asked to start, if it could not begin at once */
  #since: Date | undefined
  #startedAt: Date | undefined
  #seq = 0
  readonly #ends = new Map<string, number>()
  #running: Promise<void> | undefined
  #settled: (() => void) | undefined
  #onRoom: (() => void)[] = []
  readonly #waiters = new OffsetWaiters()

  constructor(options: TailOptions) {
    this.#options = options
  }

  get state(): FeedStatus['state'] {
    return this.#state
  }

  get problem(): string | undefined {
    return this.#problem
  }

  /** undefined until it has begun */
  get cursor(): Cursor | undefined {
    return this.#cursor
  }

  get memory(): KafkaMemory | undefined {
    return this.#memory
  }

  get lagEvents(): number {
    if (!this.#cursor) return 0
    const places = toPlaces(this.#cursor.offsets, this.#options.prefix)
    return places.reduce((sum, one) => sum + Math.max(0, (this.#ends.get(nameOf(one)) ?? 0) - one.offset), 0)
  }

  /** It reads, and has read everything there is. */
  get isAtEnd(): boolean {
    return this.#state === 'streaming' && this.lagEvents === 0
  }

  add(consumer: Consumer): ConsumerQueue {
    const queue = new ConsumerQueue({
      ...this.#options,
      consumer,
      onProgress: () => this.#makeRoom(),
      dispatched: () => this.#seq,
    })
    this.queues.push(queue)
    return queue
  }

  /** Why someone who stands there may have missed what nobody can tell any more. */
  gapAfter(offsets: Offsets): string | undefined {
    if (!this.#gap) return undefined
    const { number, partition, next, reason } = this.#gap
    return (offsets[number]![partition] ?? 0) < next ? reason : undefined
  }

  /** Waits until everything before these offsets was read. @returns whether it was, in time */
  async reached(offsets: Offsets, ms: number): Promise<boolean> {
    if (this.#cursor && isReached(this.#cursor.offsets, offsets)) return true
    return this.#waiters.reached(offsets, ms)
  }

  /** Resolves when it has begun or the first tries have failed; what fails is tried again. */
  async start(): Promise<void> {
    this.#startedAt = this.#options.clock.now()
    const settled = new Promise<void>((resolve) => (this.#settled = resolve))
    this.#running = this.#run()
    await settled
  }

  /** Reads no more; what is in the queues can still be done. */
  async halt(): Promise<void> {
    this.#abort.abort()
    for (const resolve of this.#onRoom.splice(0)) resolve()
    await this.#running
    this.#state = 'stopped'
  }

  async #run(): Promise<void> {
    await keepLinked({
      ...this.#options,
      signal: this.#abort.signal,
      work: (link, onWorking) => this.#follow(link, onWorking),
      onFailure: (error, failures) => this.#fail(error, failures),
    })
    this.#settled?.()
  }

  #fail(error: Error, failures: number): void {
    const { log } = this.#options
    if (failures === 1) log.warn({ err: error }, 'the change feed lost Kafka and tries again')
    this.#problem = error.message
    const isMissing = error instanceof MissingTopicError
    if (isMissing && !this.#cursor) this.#fromBeginning = true
    if (!this.#cursor) this.#since = this.#startedAt
    if (!isMissing || this.#cursor) this.#state = 'reconnecting'
    if (kafkaErrorType(error) === 'OFFSET_OUT_OF_RANGE') {
      this.#startOver('events were removed from Kafka before they were read')
    }
    if (failures >= FIRST_TRIES || isMissing) this.#settled?.()
  }

  #startOver(reason: string): void {
    this.#options.log.error({ reason }, 'the change feed starts over')
    this.#cursor = undefined
    this.#memory = undefined
    this.#repeats = new RepeatFilter()
    this.#gap = undefined
    for (const queue of this.queues) queue.reset(reason)
  }

  async #follow(link: KafkaLink, onStreaming: () => void): Promise<void> {
    const { prefix, refreshMs } = this.#options
    const { signal } = this.#abort
    const partitions = await findPartitions(link, prefix)
    const { documents, signatures } = topicNames(prefix)
    if (partitions.length > 2 * MAX_PARTITIONS) {
      throw new Error(
        `${documents} and ${signatures} have ${partitions.length} partitions: ${2 * MAX_PARTITIONS} are the most`,
      )
    }
    const identity = await link.identity([documents, signatures])
    if (this.#cursor && this.#cursor.identity !== identity) this.#startOver('the topics were made anew')
    if (!this.#cursor) await this.#begin(link, identity, partitions)
    const cursor = this.#cursor!
    const from = partitions.map(({ topic, partition }) => {
      const number = topic === documents ? 0 : 1
      return { topic, partition, offset: cursor.offsets[number]![partition] ?? 0 }
    })
    this.#state = 'streaming'
    this.#problem = undefined
    onStreaming()
    this.#settled?.()
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    const reading = readKafka({ link, from, signal: either, onFetched: (fetched) => this.#take(fetched) })
    try {
      await Promise.race([reading, this.#newPartitions(link, partitions.length, refreshMs, either)])
    } finally {
      over.abort()
    }
  }

  /** Resolves when there are more partitions. */
  async #newPartitions(link: KafkaLink, count: number, everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, signal)
      if (signal.aborted || (await findPartitions(link, this.#options.prefix)).length !== count) return
    }
  }

  /** Finds where now is, and reads back what those who come back may ask for. */
  async #begin(link: KafkaLink, identity: string, partitions: KafkaOffset[]): Promise<void> {
    const { prefix, memory, warm, clock, log } = this.#options
    const oldest = new Date(clock.now().getTime() - warm.hours * 3_600_000)
    const [earliest, aged, ends] = await Promise.all([
      link.offsets(partitions, 'earliest'),
      link.offsets(partitions, oldest),
      link.offsets(partitions, 'latest'),
    ])
    // What was written since it was asked to start is delivered, also when it could not begin at once.
    const begun = this.#since && (await link.offsets(partitions, this.#since))
    const until = this.#fromBeginning ? earliest : (begun ?? ends)
    const share = Math.ceil(warm.events / partitions.length)
    const from = until.map((end) => {
      const offsetIn = (some: KafkaOffset[]): number =>
        some.find((one) => nameOf(one) === nameOf(end))!.offset
      return {
        ...end,
        offset: Math.max(
          offsetIn(earliest),
          Math.min(end.offset, Math.max(offsetIn(aged), end.offset - share)),
        ),
      }
    })
    this.#snapshots = new SnapshotWatch(from.every(({ offset }) => offset === 0))
    const start = new Cursor(identity, toOffsets(from, prefix))
    let memories = new KafkaMemory(memory, start.offsets)
    try {
      const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(warm.ms)])
      await readRange({
        link,
        prefix,
        from,
        until,
        signal,
        onItem: (item) => {
          this.#read(item, start, memories)
        },
      })
    } catch (error) {
      if (this.#abort.signal.aborted) throw error
      log.warn(
        { err: error },
        'what happened before could not be read back; who comes back is served from Kafka',
      )
      memories = new KafkaMemory(memory, toOffsets(until, prefix))
    }
    const cursor = new Cursor(identity, toOffsets(until, prefix))
    this.#memory = memories
    this.#cursor = cursor
    this.#fromBeginning = false
    this.#since = undefined
  }

  async #take(fetched: KafkaFetched[]): Promise<void> {
    const { prefix } = this.#options
    const cursor = this.#cursor!
    for (const { topic, partition, end } of fetched) this.#ends.set(nameOf({ topic, partition }), end)
    for (const item of itemsOf(fetched, prefix)) {
      const event = this.#read(item, cursor, this.#memory!, true)
      if (!event) continue
      const numbered = { seq: ++this.#seq, event }
      for (const queue of this.queues) queue.offer(numbered)
    }
    const names = Object.values(topicNames(prefix))
    for (const { topic, partition, next } of fetched) cursor.move(names.indexOf(topic), partition, next)
    this.#waiters.moved(cursor.offsets)
    if (this.queues.some(({ pending }) => pending >= QUEUE_LIMIT)) {
      await new Promise<void>((resolve) => this.#onRoom.push(resolve))
    }
  }

  /** Moves on and remembers. @returns what is to be delivered */
  #read(item: ReadItem, cursor: Cursor, memory: KafkaMemory, isLive = false): ChangeEvent | undefined {
    const { parsed, topic, number, partition, record } = item
    const next = record.offset + 1
    cursor.move(number, partition, next)
    if (parsed.kind === 'malformed') {
      if (isLive) this.#sendToDeadLetters(item, parsed.error)
      return undefined
    }
    if (this.#repeats.isRepeat(parsed.event)) return undefined
    const position = cursor.positionOf(number, partition)
    const event = { ...parsed.event, position } as ChangeEvent
    if (this.#snapshots.begins(event)) {
      const reason = 'the rows were read anew, and what was before may be missing'
      this.#gap = { number, partition, next, reason }
      if (isLive) for (const queue of this.queues) queue.reset(reason)
    }
    if (event.value.op !== 'r') {
      const { key } = event
      memory.add({
        documentId: documentIdOf(event),
        topic,
        key,
        text: parsed.text,
        number,
        partition,
        next,
        position,
      })
    }
    return event
  }

  /** In the background: the shared consumers keep it too, and do not go on before it is kept. */
  #sendToDeadLetters({ topic, number, partition, record }: ReadItem, error: Error): void {
    const { deadLetters, log, prefix } = this.#options
    log.error({ topic, partition, offset: record.offset, err: error }, 'a record is no event')
    const name = Object.values(topicNames(prefix))[number]!
    deadLetters
      .addRecord(this.queues[0]?.consumer.name ?? 'feed', name, partition, record, error)
      .catch((cause: unknown) => log.error({ err: cause }, 'a record could not be put to the dead letters'))
  }

  #makeRoom(): void {
    if (this.#onRoom.length === 0 || this.queues.some(({ pending }) => pending > QUEUE_LIMIT / 2)) return
    for (const resolve of this.#onRoom.splice(0)) resolve()
  }
}
