import { pause } from '../../../runtime/backoff.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Logger } from '../../../runtime/logger.ts'
import type { ConsumerQueue } from '../delivery/consumer-queue.ts'
import type { Consumer, FeedStatus } from '../port.ts'
import { BroadcastQueues } from './broadcast-queues.ts'
import { startBroadcast } from './broadcast-start.ts'
import type { KafkaClient } from './client.ts'
import type { KafkaDeadLetters } from './dead-letters.ts'
import { isProtocolError, messageOf, MissingTopicError } from './errors.ts'
import { type LogItem, mergeByCommitTime } from './log-item.ts'
import type { LogReader } from './log-reader.ts'
import { OffsetWaiters } from './offset-waiters.ts'
import { isReached, type Offsets } from './position.ts'
import { readPartitions } from './read-partitions.ts'
import { type RecentEvents, SNAPSHOT_REASON } from './recent-events.ts'
import type { BufferLimits } from './replay-buffer.ts'
import { fromOffsets, MAX_PARTITIONS, type TopicNames } from './topics.ts'
import { type FetchedPartition, type KafkaPartition, partitionKey } from './types.ts'
import { withReconnect } from './with-reconnect.ts'

export interface BroadcastOptions {
  client: KafkaClient
  names: TopicNames
  deadLetters: KafkaDeadLetters
  log: Logger
  clock: Clock
  buffer: BufferLimits
  /** limits of reading back at the start */
  readBack: { events: number; hours: number; ms: number }
  /** milliseconds between looks for new partitions */
  refreshMs: number
}

/** Failures after which the start waits no longer for Kafka. */
const FIRST_TRIES = 4

/**
 * Reads every partition without a consumer group, from now on, for the consumers of this process that see all events;
 * keeps the most recent ones for replay.
 */
export class BroadcastReader {
  readonly #options: BroadcastOptions
  readonly #queues: BroadcastQueues
  readonly #abort = new AbortController()
  readonly #ends = new Map<string, number>()
  readonly #waiters = new OffsetWaiters()
  #state: FeedStatus['state'] = 'starting'
  #problem: string | undefined
  #recent: RecentEvents | undefined
  /** where to start when the first attempt failed: what was written meanwhile is delivered */
  #since: Date | 'earliest' | undefined
  #startedAt: Date | undefined
  #running: Promise<void> | undefined
  #onStarted: (() => void) | undefined

  constructor(options: BroadcastOptions) {
    this.#options = options
    this.#queues = new BroadcastQueues(options)
  }

  get hasConsumers(): boolean {
    return this.#queues.consumers.length > 0
  }

  get state(): FeedStatus['state'] {
    return this.#state
  }

  get problem(): string | undefined {
    return this.#problem
  }

  /** undefined until reading has started */
  get recent(): RecentEvents | undefined {
    return this.#recent
  }

  get lagEvents(): number {
    if (!this.#recent) return 0
    const places = fromOffsets(this.#recent.cursor.offsets, this.#options.names)
    const lags = places.map((one) => Math.max(0, (this.#ends.get(partitionKey(one)) ?? 0) - one.offset))
    return lags.reduce((sum, lag) => sum + lag, 0)
  }

  /** It has read everything there is. */
  get isAtEnd(): boolean {
    return this.#state === 'streaming' && this.lagEvents === 0
  }

  add(consumer: Consumer): ConsumerQueue {
    return this.#queues.add(consumer)
  }

  /** Waits until everything before these offsets is read. @returns whether it was within so many milliseconds */
  async reached(offsets: Offsets, ms: number): Promise<boolean> {
    if (this.#recent && isReached(this.#recent.cursor.offsets, offsets)) return true
    return this.#waiters.reached(offsets, ms)
  }

  /** Resolves when reading has started, or when the first attempts have failed; it is retried. */
  async start(): Promise<void> {
    this.#startedAt = this.#options.clock.now()
    const started = new Promise<void>((resolve) => (this.#onStarted = resolve))
    this.#running = withReconnect({
      connect: () => this.#options.client.reader(),
      signal: this.#abort.signal,
      work: (reader, onWorking) => this.#read(reader, onWorking),
      onFailure: (error, failures) => this.#onFailure(error, failures),
    }).finally(() => this.#onStarted?.())
    await started
  }

  /** Stops reading; the queues go on with the events that they have. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
    this.#state = 'stopped'
  }

  #onFailure(error: Error, failures: number): void {
    if (failures === 1) this.#options.log.warn({ err: error }, 'the change feed lost Kafka and reconnects')
    this.#problem = messageOf(error)
    const isMissing = error instanceof MissingTopicError
    if (!this.#recent && this.#since !== 'earliest') this.#since = isMissing ? 'earliest' : this.#startedAt
    if (!isMissing || this.#recent) this.#state = 'reconnecting'
    if (isProtocolError(error, 'OFFSET_OUT_OF_RANGE')) {
      this.#reset('events were removed from Kafka before they were read')
    }
    if (failures >= FIRST_TRIES || isMissing) this.#onStarted?.()
  }

  #reset(reason: string): void {
    this.#options.log.error({ reason }, 'the change feed starts over')
    this.#recent = undefined
    this.#queues.reset(reason)
  }

  async #read(reader: LogReader, onStreaming: () => void): Promise<void> {
    const { names } = this.#options
    const partitions = await reader.partitionsOf(names.changes)
    if (partitions.some(({ partition }) => partition >= MAX_PARTITIONS)) {
      throw new Error(`the topics ${names.changes.join(', ')} can have at most ${MAX_PARTITIONS} partitions`)
    }
    const identity = await reader.identity(names.changes)
    if (this.#recent && this.#recent.cursor.identity !== identity)
      this.#reset('the topics were created again')
    this.#recent ??= await this.#begin(reader, partitions)
    this.#since = undefined
    this.#state = 'streaming'
    this.#problem = undefined
    onStreaming()
    this.#onStarted?.()
    const { offsets } = this.#recent.cursor
    const from = partitions.map((one) => ({
      ...one,
      offset: offsets[names.changes.indexOf(one.topic)]![one.partition] ?? 0,
    }))
    const ended = new AbortController()
    const signal = AbortSignal.any([this.#abort.signal, ended.signal])
    try {
      await Promise.race([
        readPartitions({ reader, from, signal, onFetched: (fetched) => this.#deliver(fetched) }),
        untilPartitionsChange(partitions.length, this.#options, signal),
      ])
    } finally {
      ended.abort()
    }
  }

  #begin(reader: LogReader, partitions: KafkaPartition[]): Promise<RecentEvents> {
    const { readBack, clock } = this.#options
    const since = new Date(clock.now().getTime() - readBack.hours * 3_600_000)
    return startBroadcast({
      ...this.#options,
      reader,
      partitions,
      since: this.#since,
      readBack: { ...readBack, since },
      signal: this.#abort.signal,
    })
  }

  async #deliver(fetched: FetchedPartition[]): Promise<void> {
    const { names } = this.#options
    const recent = this.#recent!
    for (const one of fetched) this.#ends.set(partitionKey(one), one.end)
    for (const item of mergeByCommitTime(fetched, names)) {
      if (item.parsed.kind === 'malformed') this.#putAside(item, item.parsed.error)
      const read = recent.read(item)
      if (read?.startsGap) this.#queues.reset(SNAPSHOT_REASON)
      if (read) this.#queues.offer(read.event)
    }
    recent.skipTo(
      fetched.map((one) => ({ ...one, offset: one.next })),
      names,
    )
    this.#waiters.onMoved(recent.cursor.offsets)
    await this.#queues.waitForCapacity(this.#abort.signal)
  }

  /** In the background: a shared consumer writes it too, and does not go on before it is durable. */
  #putAside(item: LogItem, error: Error): void {
    const { deadLetters, log } = this.#options
    const consumer = this.#queues.consumers[0]?.name ?? 'feed'
    deadLetters.addRecord(consumer, item, error).catch((cause: unknown) => {
      log.error({ err: cause }, 'could not write a dead letter')
    })
  }
}

async function untilPartitionsChange(
  count: number,
  { client, names, refreshMs }: BroadcastOptions,
  signal: AbortSignal,
): Promise<void> {
  const reader = client.reader()
  try {
    while (!signal.aborted) {
      await pause(refreshMs, signal)
      if (signal.aborted || (await reader.partitionsOf(names.changes)).length !== count) return
    }
  } finally {
    await reader.close()
  }
}
