import type { ChangeEvent, Position } from '../../../domain/change.ts'
import { KafkaClient } from '../../../kafka/client.ts'
import { topicNames } from '../../../kafka/topic-names.ts'
import { within } from '../../../runtime/within.ts'
import type { DriverConsumer, DriverStatus, FeedDriver, FeedResources, ResetReason } from '../driver.ts'
import { createChangeFeed, type OpenFeed } from '../feed.ts'
import type { Consumer, FeedStatus } from '../port.ts'
import { BroadcastReader } from './broadcast-reader.ts'
import type { FeedTimings, KafkaContext } from './context.ts'
import { createKafkaDeadLetters } from './dead-letters.ts'
import { GroupConsumer } from './group-consumer.ts'
import { createCovers, NOWHERE, parsePosition } from './position.ts'
import type { BufferLimits } from './recent-events.ts'
import { createLogReplay, type LogReplay, type LogReplayLimits } from './replay-from-log.ts'

/** What tests change. */
export interface KafkaTuning {
  buffer?: Partial<BufferLimits>
  logReplay?: Partial<LogReplayLimits>
  timings?: Partial<FeedTimings>
}

const TIMINGS: FeedTimings = {
  sessionMs: 10_000,
  heartbeatMs: 1_000,
  rebalanceMs: 30_000,
  refreshMs: 30_000,
  stopMs: 10_000,
}
/** About 2 KB per event. */
const BUFFER: BufferLimits = { events: 50_000, bytes: 64 * 1024 * 1024 }
const READ_BACK = { events: 20_000, ms: 10_000 }
const LOG_REPLAY: LogReplayLimits = { records: 200_000, ms: 10_000 }
/** for this process to reach a position that another instance gave */
const CATCH_UP_TIMEOUT_MS = 5_000
const START_TIMEOUT_MS = 15_000
/** A group consumer limits its last batches to `stopMs` itself; then it commits and leaves its group. */
const LEAVE_TIMEOUT_MS = 5_000

/** The change feed from the topics that Debezium writes. @throws Error when the URL is wrong */
export function openKafkaFeed(url: string, resources: FeedResources, tuning: KafkaTuning = {}): OpenFeed {
  const timings = { ...TIMINGS, ...tuning.timings }
  const driver = new KafkaDriver(url, resources, tuning, timings)
  return createChangeFeed(driver, resources.log, timings.stopMs + LEAVE_TIMEOUT_MS)
}

class KafkaDriver implements FeedDriver {
  readonly findings = []
  readonly covers = createCovers()
  readonly #resources: FeedResources
  readonly #context: KafkaContext
  readonly #broadcast: BroadcastReader
  readonly #groups: GroupConsumer[] = []
  readonly #logReplay: LogReplay

  constructor(url: string, resources: FeedResources, tuning: KafkaTuning, timings: FeedTimings) {
    const { prefix, instance, log, clock, history } = resources
    this.#resources = resources
    const names = topicNames(prefix)
    const client = new KafkaClient(url, ['docmgr', instance].filter(Boolean).join('-'), log)
    const deadLetters = createKafkaDeadLetters({ client, names, clock, log })
    this.#context = { client, names, deadLetters, clock, log, timings }
    const buffer = { ...BUFFER, ...tuning.buffer }
    this.#broadcast = new BroadcastReader({
      ...this.#context,
      buffer: { ...buffer, events: Math.min(history.maxEvents, buffer.events) },
      readBack: { ...READ_BACK, hours: history.maxAgeHours },
    })
    const limits = { ...LOG_REPLAY, ...tuning.logReplay }
    this.#logReplay = createLogReplay({
      ...this.#context,
      identity: () => this.#broadcast.recent!.cursor.identity,
      limits: { ...limits, records: Math.min(limits.records, history.maxEvents) },
    })
  }

  add(consumer: Consumer): DriverConsumer {
    if (consumer.delivery === 'every-instance') return this.#broadcast.add(consumer)
    const { group, instance } = this.#resources
    const added = new GroupConsumer({ ...this.#context, consumer, group, instance })
    this.#groups.push(added)
    return added
  }

  position(): Position {
    return this.#broadcast.recent?.cursor.position ?? NOWHERE
  }

  /** What is in memory: reading Kafka from its first record for one client would cost too much. */
  async oldest(): Promise<Position> {
    return this.#recent.oldest
  }

  async replay(
    documentId: string | undefined,
    position: string,
    limit: number,
  ): Promise<ChangeEvent[] | ResetReason> {
    const asked = parsePosition(position)
    if (!asked) return { reset: 'the position is malformed' }
    if (asked.identity !== this.#recent.cursor.identity) return { reset: 'the position is unknown' }
    const after = asked.offsets
    // Another instance can be ahead of this one: the replay must not move the client back.
    if (!(await this.#broadcast.reached(after, CATCH_UP_TIMEOUT_MS))) {
      if (this.#broadcast.isAtEnd) return { reset: 'the position is in the future' }
      throw new Error('the change feed has not reached the position yet')
    }
    const recent = this.#recent
    const replayed = recent.replay(documentId, after, limit)
    if (replayed) return replayed
    const until = recent.cursor.offsets.map((some) => [...some])
    return this.#logReplay.find({ documentId, after, until, limit })
  }

  status(): DriverStatus {
    const { problem } = this.#broadcast
    const states = this.#readers().map(({ state }) => state)
    const lags = this.#readers().map(({ lagEvents }) => lagEvents)
    const known = lags.filter((lag) => lag !== undefined)
    return {
      state: ORDER.find((state) => states.includes(state)) ?? 'starting',
      ...(known.length === lags.length && { lagEvents: known.reduce((sum, lag) => sum + lag, 0) }),
      ...(problem !== undefined && { problem }),
    }
  }

  /** A broker does not know what the connector has not published yet. */
  async refreshStatus(): Promise<void> {}

  get deadLetters() {
    return this.#context.deadLetters
  }

  async start(): Promise<void> {
    const started = this.#readers().map((one) => one.start())
    await within(START_TIMEOUT_MS, Promise.all(started)).catch(() => {})
  }

  async halt(): Promise<void> {
    this.#logReplay.stop()
    await this.#broadcast.stop()
  }

  close(): Promise<void> {
    return this.#context.client.close()
  }

  destroy(): void {
    this.#context.client.destroy()
    this.#logReplay.stop()
    void this.#broadcast.stop()
  }

  /** @throws until reading has started */
  get #recent() {
    const { recent } = this.#broadcast
    if (!recent) throw new Error('the change feed has not started yet')
    return recent
  }

  /** What reads in this process. */
  #readers(): (GroupConsumer | BroadcastReader)[] {
    return this.#broadcast.hasConsumers ? [...this.#groups, this.#broadcast] : this.#groups
  }
}

/** The worst first. */
const ORDER: FeedStatus['state'][] = ['reconnecting', 'starting', 'snapshot', 'streaming', 'stopped']
