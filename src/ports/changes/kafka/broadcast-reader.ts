import { isMissingTopic, isProtocolError, messageOf } from '../../../kafka/errors.ts'
import type { LogReader } from '../../../kafka/log-reader.ts'
import { readPartitions } from '../../../kafka/read-partitions.ts'
import { MAX_PARTITIONS } from '../../../kafka/topics.ts'
import { type FetchedPartition, type KafkaPartition, partitionKey } from '../../../kafka/types.ts'
import { pause } from '../../../runtime/backoff.ts'
import { Condition } from '../../../runtime/condition.ts'
import { RetryLoop } from '../../../runtime/retry-loop.ts'
import { abortAfter } from '../../../runtime/within.ts'
import type { ConsumerQueue } from '../delivery/consumer-queue.ts'
import { Dispatcher } from '../delivery/dispatcher.ts'
import type { Consumer, FeedStatus } from '../port.ts'
import { type BroadcastOptions, startBroadcast, type StartOptions } from './broadcast-start.ts'
import { type LogItem, mergeByCommitTime } from './log-item.ts'
import { isReached, type Offsets } from './position.ts'
import { type RecentEvents, SNAPSHOT_REASON } from './recent-events.ts'

/** Events that may wait for a consumer before reading pauses. */
const QUEUE_LIMIT = 10_000

/**
 * Reads every partition without a consumer group, from now on, for the consumers of this process that see all events;
 * keeps the most recent ones for replay.
 */
export class BroadcastReader {
  readonly #options: BroadcastOptions
  readonly #dispatcher: Dispatcher
  readonly #loop: RetryLoop
  /** records that were not read yet, by partition */
  readonly #lags = new Map<string, number>()
  readonly #moved = new Condition()
  #recent: RecentEvents | undefined
  /** where to start when the first attempt failed: what was written meanwhile is delivered */
  #since: Date | 'earliest' | undefined
  #startedAt: Date | undefined
  /** why events may have been missed, until reading has started again */
  #lost: string | undefined

  constructor(options: BroadcastOptions) {
    const { client, log } = options
    this.#options = options
    this.#dispatcher = new Dispatcher({ ...options, queueLimit: QUEUE_LIMIT })
    this.#loop = new RetryLoop({
      work: (onWorking, signal) => client.withReader((reader) => this.#read(reader, onWorking, signal)),
      onFailure: (error) => this.#onFailure(error),
      isEarly: isMissingTopic,
      log,
      warning: 'the change feed lost Kafka and reconnects',
    })
  }

  get hasConsumers(): boolean {
    return this.#dispatcher.consumers.length > 0
  }

  get state(): FeedStatus['state'] {
    return this.#loop.state
  }

  get problem(): string | undefined {
    const { failure } = this.#loop
    return failure && messageOf(failure)
  }

  /** undefined until reading has started */
  get recent(): RecentEvents | undefined {
    return this.#recent
  }

  /** records that were not read yet; undefined while they cannot be counted */
  get lagEvents(): number | undefined {
    if (this.state !== 'streaming') return undefined
    return [...this.#lags.values()].reduce((sum, lag) => sum + lag, 0)
  }

  /** It has read everything there is. */
  get isAtEnd(): boolean {
    return this.lagEvents === 0
  }

  add(consumer: Consumer): ConsumerQueue {
    return this.#dispatcher.add(consumer)
  }

  /** Waits until everything before these offsets is read. @returns whether it was within so many milliseconds */
  async reached(offsets: Offsets, ms: number): Promise<boolean> {
    const holds = (): boolean => this.#recent !== undefined && isReached(this.#recent.cursor.offsets, offsets)
    await this.#moved.until(holds, abortAfter(ms))
    return holds()
  }

  /** Resolves when reading has started, or when the first attempts have failed; it is retried. */
  start(): Promise<void> {
    this.#startedAt = this.#options.clock.now()
    return this.#loop.start()
  }

  /** Stops reading; the queues go on with the events that they have. */
  stop(): Promise<void> {
    return this.#loop.stop()
  }

  #onFailure(error: Error): void {
    if (!this.#recent && this.#since !== 'earliest')
      this.#since = isMissingTopic(error) ? 'earliest' : this.#startedAt
    if (isProtocolError(error, 'OFFSET_OUT_OF_RANGE'))
      this.#lost = 'events were removed from Kafka before they were read'
  }

  /**
   * Finds where to read. After a loss, consumers learn of it only then: what they read after that contains what was written
   * before that place, and their new position is one of the new topics.
   */
  async #begin(start: StartOptions): Promise<RecentEvents> {
    const recent = await startBroadcast(start)
    this.#recent = recent
    this.#since = undefined
    const reason = this.#lost
    if (reason === undefined) return recent
    this.#lost = undefined
    this.#options.log.error({ reason }, 'the change feed starts over')
    this.#lags.clear()
    this.#dispatcher.reset(reason)
    return recent
  }

  async #read(reader: LogReader, onWorking: () => void, signal: AbortSignal): Promise<void> {
    const { names } = this.#options
    const partitions = await reader.partitionsOf(names.changes)
    if (partitions.some(({ partition }) => partition >= MAX_PARTITIONS)) {
      throw new Error(`the topics ${names.changes.join(', ')} can have at most ${MAX_PARTITIONS} partitions`)
    }
    const identity = await reader.identity(names.changes)
    if (this.#recent && this.#recent.cursor.identity !== identity)
      this.#lost = 'the topics were created again'
    const start = { ...this.#options, reader, partitions, identity, since: this.#since, signal }
    const known = this.#lost === undefined ? this.#recent : undefined
    const { cursor } = known ?? (await this.#begin(start))
    onWorking()
    const from = partitions.map((one) => ({
      ...one,
      offset: cursor.offsets[names.changes.indexOf(one.topic)]![one.partition] ?? 0,
    }))
    const ended = new AbortController()
    const either = AbortSignal.any([signal, ended.signal])
    const onFetched = (fetched: FetchedPartition[]): Promise<void> => this.#deliver(fetched, signal)
    try {
      await Promise.race([
        readPartitions({ reader, from, signal: either, onFetched }),
        untilPartitionsChange(partitions, this.#options, either),
      ])
    } finally {
      ended.abort()
    }
  }

  async #deliver(fetched: FetchedPartition[], signal: AbortSignal): Promise<void> {
    const { names } = this.#options
    const recent = this.#recent!
    for (const one of fetched) this.#lags.set(partitionKey(one), Math.max(0, one.end - one.next))
    for (const item of mergeByCommitTime(fetched, names)) {
      if (item.parsed.kind === 'malformed') putAside(this.#options, this.#dispatcher, item, item.parsed.error)
      const read = recent.read(item)
      if (read?.startsGap) this.#dispatcher.reset(SNAPSHOT_REASON)
      if (read) this.#dispatcher.dispatch(read.event)
    }
    recent.skipTo(
      fetched.map((one) => ({ ...one, offset: one.next })),
      names,
    )
    this.#moved.changed()
    await this.#dispatcher.waitForCapacity(signal)
  }
}

/** In the background: a shared consumer writes it too, and does not go on before it is durable. */
function putAside(
  { deadLetters, log }: BroadcastOptions,
  { consumers: [consumer] }: Dispatcher,
  item: LogItem,
  error: Error,
): void {
  deadLetters.addRecord(consumer?.name ?? 'feed', item, error).catch((cause: unknown) => {
    log.error({ err: cause }, 'could not write a dead letter')
  })
}

async function untilPartitionsChange(
  partitions: KafkaPartition[],
  { client, names, timings }: BroadcastOptions,
  signal: AbortSignal,
): Promise<void> {
  await client.withReader(async (reader) => {
    while (!signal.aborted) {
      await pause(timings.refreshMs, signal)
      if (signal.aborted || (await reader.partitionsOf(names.changes)).length !== partitions.length) return
    }
  })
}
