import type { ChangeEvent, Position } from '../../../domain/change.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { within } from '../../../runtime/within.ts'
import type { DriverConsumer, DriverStatus, FeedDriver, HistoryLimits, ResetReason } from '../driver.ts'
import { createChangeFeed, type OpenFeed } from '../feed.ts'
import type { Consumer, FeedStatus } from '../port.ts'
import { type KafkaClient, openKafka } from './client.ts'
import { createKafkaDeadLetters, type KafkaDeadLetters } from './dead-letters.ts'
import { isAfter, type MemoryLimits, recall } from './history.ts'
import { createCovers, Cursor, isReached, parsePosition } from './position.ts'
import { createScanner, type ScanLimits, type Scanner } from './scan.ts'
import type { KafkaTimings } from './share.ts'
import { SharedConsumer } from './shared.ts'
import { KafkaTail } from './tail.ts'
import { topicNames } from './topics.ts'
import { parseKafkaUrl } from './url.ts'

export interface KafkaFeedOptions {
  url: string
  /** prefix of the topic names */
  prefix: string
  /** prefix of the group names: consumer `indexer` is in group `docmgr-indexer` */
  group: string
  /** name of this process in its groups, kept over a restart: it then gets its partitions back without a rebalance */
  instance?: string | undefined
  history: HistoryLimits
  clock: Clock
  log: Logger
  random?: () => number
  memory?: Partial<MemoryLimits>
  scan?: Partial<ScanLimits>
  timings?: Partial<KafkaTimings>
}

const TIMINGS: KafkaTimings = {
  sessionMs: 10_000,
  staticSessionMs: 30_000,
  heartbeatMs: 1_000,
  rebalanceMs: 30_000,
  refreshMs: 30_000,
  stopMs: 10_000,
}
/** About 2 KB an event. */
const MEMORY: MemoryLimits = { events: 50_000, bytes: 64 * 1024 * 1024 }
const WARM = { events: 20_000, ms: 10_000 }
const SCAN: ScanLimits = { records: 200_000, ms: 10_000 }
/** for this reader to reach a position that another instance gave */
const CATCH_UP_TIMEOUT_MS = 5_000
const START_TIMEOUT_MS = 15_000
/** A group consumer limits its last batch to `stopMs` itself; then it commits and leaves its group. */
const LEAVE_TIMEOUT_MS = 5_000

/** The change feed from the topics that Debezium writes. */
export function openKafkaFeed(options: KafkaFeedOptions): OpenFeed {
  const { stopMs } = { ...TIMINGS, ...options.timings }
  return createChangeFeed(new KafkaDriver(options), {
    log: options.log,
    stopTimeoutMs: stopMs + LEAVE_TIMEOUT_MS,
  })
}

class KafkaDriver implements FeedDriver {
  readonly findings = []
  readonly #options: KafkaFeedOptions
  readonly #timings: KafkaTimings
  readonly #client: KafkaClient
  readonly #deadLetters: KafkaDeadLetters
  readonly #tail: KafkaTail
  readonly #shared: SharedConsumer[] = []
  readonly #scanner: Scanner
  readonly covers = createCovers()

  constructor(options: KafkaFeedOptions) {
    const { prefix, log, clock, random = Math.random, history } = options
    this.#options = options
    this.#timings = { ...TIMINGS, ...options.timings }
    this.#client = openKafka({
      address: parseKafkaUrl(options.url),
      clientId: ['docmgr', options.instance].filter(Boolean).join('-'),
      log,
    })
    this.#deadLetters = createKafkaDeadLetters(this.#client, topicNames(prefix).deadLetters, clock)
    const memory = { ...MEMORY, ...options.memory }
    this.#tail = new KafkaTail({
      client: this.#client,
      prefix,
      deadLetters: this.#deadLetters,
      log,
      clock,
      random,
      memory: { ...memory, events: Math.min(history.maxEvents, memory.events) },
      warm: { ...WARM, hours: history.maxAgeHours },
      refreshMs: this.#timings.refreshMs,
    })
    const scan = { ...SCAN, ...options.scan }
    this.#scanner = createScanner({
      client: this.#client,
      prefix,
      identity: () => this.#tail.cursor!.identity,
      limits: { ...scan, records: Math.min(scan.records, history.maxEvents) },
    })
  }

  add(consumer: Consumer): DriverConsumer {
    if (consumer.delivery === 'every-instance') return this.#tail.add(consumer)
    const shared = new SharedConsumer({
      ...this.#options,
      client: this.#client,
      consumer,
      instance: this.#options.instance,
      deadLetters: this.#deadLetters,
      random: this.#options.random ?? Math.random,
      timings: this.#timings,
    })
    this.#shared.push(shared)
    return shared
  }

  position(): Position {
    return this.#tail.cursor?.position ?? 'none'
  }

  /** What is in memory: reading Kafka from its first record for one client would cost too much. */
  async oldest(): Promise<Position> {
    const { cursor, memory } = this.#tail
    if (!cursor || !memory) throw new Error('the change feed has not started yet')
    return new Cursor(cursor.identity, memory.floor).position
  }

  async replay(documentId: string, position: string, limit: number): Promise<ChangeEvent[] | ResetReason> {
    const tail = this.#tail
    const asked = parsePosition(position)
    if (!asked) return { reset: 'the position is malformed' }
    if (!tail.cursor) throw new Error('the change feed has not started yet')
    if (asked.identity !== tail.cursor.identity) return { reset: 'the position is unknown' }
    const after = asked.offsets
    // Another instance can be ahead of this one: the answer must not lead back.
    if (!(await tail.reached(after, CATCH_UP_TIMEOUT_MS))) {
      if (tail.isAtEnd) return { reset: 'the position is in the future' }
      throw new Error('the change feed has not reached the position yet')
    }
    const gap = tail.gapAfter(after)
    if (gap !== undefined) return { reset: gap }
    const { memory, cursor } = tail
    if (!memory || !cursor) throw new Error('the change feed starts over')
    if (!isReached(after, memory.floor)) {
      const until = cursor.offsets.map((some) => [...some])
      return this.#scanner.find({ documentId, after, until, limit })
    }
    const missed = memory.of(documentId).filter((event) => isAfter(event, after))
    return missed.slice(0, limit).map((event) => recall(event, after))
  }

  status(): DriverStatus {
    const { problem } = this.#tail
    const states = [...this.#shared, ...this.#readers()].map(({ state }) => state)
    return {
      state: worst(states),
      lagEvents: [...this.#shared, this.#tail].reduce((sum, { lagEvents }) => sum + lagEvents, 0),
      ...(problem !== undefined && { problem }),
    }
  }

  /** A broker does not know what the connector has not published yet. */
  async refreshStatus(): Promise<void> {}

  countDeadLetters(): Promise<number> {
    return this.#deadLetters.count()
  }

  async start(): Promise<void> {
    const begun = [...this.#shared, ...this.#readers()].map((one) => one.start())
    await within(START_TIMEOUT_MS, Promise.all(begun)).catch(() => {})
  }

  async halt(): Promise<void> {
    this.#scanner.stop()
    await this.#tail.halt()
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  destroy(): void {
    this.#client.destroy()
    this.#scanner.stop()
    void this.#tail.halt()
  }

  /** The reader of every partition, where a consumer needs it. */
  #readers(): KafkaTail[] {
    return this.#tail.queues.length > 0 ? [this.#tail] : []
  }
}

const ORDER: FeedStatus['state'][] = ['reconnecting', 'starting', 'snapshot', 'streaming', 'stopped']

function worst(states: FeedStatus['state'][]): FeedStatus['state'] {
  return ORDER.find((state) => states.includes(state)) ?? 'starting'
}
