import type { Clock } from '../../../runtime/clock.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { within } from '../../../runtime/within.ts'
import type { HistoryLimits } from '../wal/history.ts'
import { type KafkaClient, openKafka } from './client.ts'
import { createKafkaDeadLetters } from './dead-letters.ts'
import { isAfter, type MemoryLimits, recall } from './history.ts'
import { createCovers, Cursor, isReached, parsePosition } from './position.ts'
import { createScanner, type ScanLimits } from './scan.ts'
import type { KafkaTimings } from './share.ts'
import { SharedConsumer } from './shared.ts'
import { KafkaTail } from './tail.ts'
import { topicNames } from './topics.ts'
import { parseKafkaUrl } from './url.ts'
import type { ConsumerQueue } from '../delivery/consumer-queue.ts'
import type { ChangeFeed, Consumer, FeedStatus, Replay } from '../port.ts'

export interface KafkaFeedOptions {
  url: string
  /** what the names of the topics begin with */
  prefix: string
  /** what the names of the groups begin with: consumer `indexer` is in group `docmgr-indexer` */
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

export interface KafkaFeed extends ChangeFeed {
  findings: string[]
  /** Ends at once, as a killed process would: no batch is finished, nothing is committed, no group is left. */
  destroy(): void
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
/** for this reader to get to where another one was already */
const CATCH_UP_MS = 5_000
const START_MS = 15_000

/** The change feed that Debezium writes to Kafka. */
export async function openKafkaFeed(options: KafkaFeedOptions): Promise<KafkaFeed> {
  const { prefix, log, clock, random = Math.random, history } = options
  const client = openKafka({
    address: parseKafkaUrl(options.url),
    clientId: ['docmgr', options.instance].filter(Boolean).join('-'),
    log,
  })
  const deadLetters = createKafkaDeadLetters(client, topicNames(prefix).deadLetters, clock)
  const timings = { ...TIMINGS, ...options.timings }
  const tail = new KafkaTail({
    client,
    prefix,
    deadLetters,
    log,
    clock,
    random,
    memory: {
      ...MEMORY,
      ...options.memory,
      events: Math.min(history.maxEvents, options.memory?.events ?? MEMORY.events),
    },
    warm: { ...WARM, hours: history.maxAgeHours },
    refreshMs: timings.refreshMs,
  })
  const shared: SharedConsumer[] = []
  const covers = createCovers()
  const replays = createReplay({ client, prefix, tail, history, clock, scan: { ...SCAN, ...options.scan } })
  let phase: 'registering' | 'started' | 'stopped' = 'registering'
  let deadLettersBefore = 0

  const consumers = (): (ConsumerQueue | SharedConsumer)[] => [...tail.queues, ...shared]

  const stopQueue = async (queue: ConsumerQueue): Promise<void> => {
    await within(timings.stopMs, queue.stop()).catch(() => {
      log.warn({ consumer: queue.consumer.name }, 'consumer did not finish its batch')
    })
  }
  const add = (consumer: Consumer): (() => Promise<void>) => {
    if (consumer.delivery === 'every-instance') {
      const queue = tail.add(consumer)
      return () => stopQueue(queue)
    }
    const one = new SharedConsumer({
      ...options,
      client,
      consumer,
      instance: options.instance,
      deadLetters,
      random,
      timings,
    })
    shared.push(one)
    return () => one.stop()
  }

  const status = (): FeedStatus => {
    const states = [...shared.map((one) => one.state), ...(tail.queues.length > 0 ? [tail.state] : [])]
    const all = consumers()
    const problem = [tail.problem, ...all.map((one) => one.problem)].find(Boolean)
    return {
      state: phase === 'stopped' ? 'stopped' : worst(states),
      pending: Object.fromEntries(all.map(({ consumer, pending }) => [consumer.name, pending])),
      lagEvents: [...shared, tail].reduce((sum, { lagEvents }) => sum + lagEvents, 0),
      deadLetters: deadLettersBefore + all.reduce((sum, { deadLetterCount }) => sum + deadLetterCount, 0),
      ...(problem !== undefined && { problem }),
    }
  }

  return {
    findings: [],
    async consume(consumer) {
      if (phase !== 'registering')
        throw new Error(`${consumer.name} registers after the change feed has started`)
      if (consumers().some((one) => one.consumer.name === consumer.name)) {
        throw new Error(`two consumers of the change feed are called ${consumer.name}`)
      }
      const stop = add(consumer)
      return { stop }
    },
    position: () => tail.cursor?.position ?? 'none',
    // What is in memory: reading Kafka from its first record for one client would cost too much.
    async oldest() {
      if (!tail.cursor || !tail.memory) throw new Error('the change feed has not begun yet')
      return new Cursor(tail.cursor.identity, tail.memory.floor).position
    },
    covers: (position, event) => covers(position, event.position),
    replay: replays.replay,
    status,
    // A broker does not know what the connector has not published yet.
    measure: async () => status(),
    async start() {
      if (phase !== 'registering') throw new Error('the change feed was started before')
      phase = 'started'
      const counted = deadLetters.count().then(
        (count) => (deadLettersBefore = count),
        () => {},
      )
      const begun = [...shared, ...(tail.queues.length > 0 ? [tail] : [])].map((one) => one.start())
      await within(START_MS, Promise.all([...begun, counted])).catch(() => {})
    },
    async stop() {
      if (phase === 'stopped') return
      const wasStarted = phase === 'started'
      phase = 'stopped'
      replays.stop()
      if (wasStarted) await Promise.all([tail.halt(), ...shared.map((one) => one.stop())])
      await Promise.all(tail.queues.map(stopQueue))
      await client.close()
    },
    destroy() {
      phase = 'stopped'
      client.destroy()
      replays.stop()
      void tail.halt()
      for (const one of shared) void one.stop()
      for (const queue of tail.queues) void queue.stop()
    },
  }
}

const ORDER: FeedStatus['state'][] = ['reconnecting', 'starting', 'snapshot', 'streaming', 'stopped']

function worst(states: FeedStatus['state'][]): FeedStatus['state'] {
  return ORDER.find((state) => states.includes(state)) ?? 'starting'
}

interface ReplayOptions {
  client: KafkaClient
  prefix: string
  tail: KafkaTail
  history: HistoryLimits
  clock: Clock
  scan: ScanLimits
}

function createReplay({ client, prefix, tail, history, scan }: ReplayOptions) {
  const scanner = createScanner({
    client,
    prefix,
    identity: () => tail.cursor!.identity,
    limits: { ...scan, records: Math.min(scan.records, history.maxEvents) },
  })

  const replay = async (documentId: string, position: string, limit: number): Promise<Replay> => {
    const asked = parsePosition(position)
    if (!asked) return { kind: 'reset', reason: 'the position is malformed' }
    if (!tail.cursor) throw new Error('the change feed has not begun yet')
    if (asked.identity !== tail.cursor.identity) return { kind: 'reset', reason: 'the position is unknown' }
    const after = asked.offsets
    // Another instance can be ahead of this one: the answer must not lead back.
    if (!(await tail.reached(after, CATCH_UP_MS))) {
      if (tail.isAtEnd) return { kind: 'reset', reason: 'the position is in the future' }
      throw new Error('the change feed has not got to the position yet')
    }
    const gap = tail.gapAfter(after)
    if (gap !== undefined) return { kind: 'reset', reason: gap }
    const { memory, cursor } = tail
    if (!memory || !cursor) throw new Error('the change feed starts over')
    if (!isReached(after, memory.floor)) {
      return scanner.find({ documentId, after, until: cursor.offsets.map((some) => [...some]), limit })
    }
    const missed = memory.of(documentId).filter((event) => isAfter(event, after))
    if (missed.length > limit) {
      return { kind: 'reset', reason: `the position is more than ${limit} events behind` }
    }
    return { kind: 'events', events: missed.map((event) => recall(event, after)) }
  }
  return { replay, stop: () => scanner.stop() }
}
