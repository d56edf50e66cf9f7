import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../../../db/database.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { within } from '../../../runtime/within.ts'
import { createDeadLetters } from '../delivery/dead-letters.ts'
import { Dispatcher } from '../delivery/dispatcher.ts'
import { createFeedStore } from './feed-store.ts'
import { createHistory, type HistoryLimits } from './history.ts'
import type { ConsumerQueue } from '../delivery/consumer-queue.ts'
import { parseLsn } from './lsn.ts'
import type { ChangeFeed, Consumer, FeedStatus, Replay, Subscription } from '../port.ts'
import { isCovered, parsePosition } from './position.ts'
import { WalReader } from './reader.ts'

export interface WalFeedOptions {
  database: Database
  log: Logger
  clock: Clock
  history: HistoryLimits
  /** events that may wait for one consumer before reading pauses; 10,000 */
  queueLimit?: number
  /** of the database cluster, so unique in it; at most 63 of a-z, 0-9 and _ */
  slot?: string
  publication?: string
  random?: () => number
  newEpoch?: () => string
}

export interface WalFeed extends ChangeFeed {
  /** what reading found and repaired, in sentences for the operator */
  findings: string[]
  /** Ends at once, as a killed process would: no batch is finished, nothing is confirmed. */
  destroy(): void
}

const MAX_FINDINGS = 20
const PRUNE_EVERY_MS = 60_000
/** for the consumers to finish the batch in hand */
const STOP_LIMIT_MS = 10_000
/** for the history to have what was dispatched */
const HISTORY_LIMIT_MS = 5_000

/**
 * The change feed of one process: PostgreSQL's log, read through a logical replication slot. The slot's position
 * moves only after every consumer is done, so after any kind of end whatever was not done comes again.
 */
export async function openWalFeed(options: WalFeedOptions): Promise<WalFeed> {
  const { database, log, clock, slot = 'docmgr', publication = 'docmgr_cdc' } = options
  const { queueLimit = 10_000, random = Math.random } = options
  const { pool } = database
  if (!/^[a-z0-9_]{1,63}$/.test(slot))
    throw new Error(`${slot} cannot name a slot: use 1 to 63 of a-z, 0-9 and _`)
  const findings: string[] = []
  const deadLetters = createDeadLetters(pool)
  const dispatcher = new Dispatcher({ deadLetters, log, queueLimit, random })
  const history = createHistory(pool, slot, options.history, clock)
  const historyQueue = dispatcher.add(history.consumer)
  const reader = new WalReader({
    database,
    dispatcher,
    log,
    slot,
    publication,
    clock,
    random,
    store: createFeedStore(pool, slot),
    newEpoch: options.newEpoch ?? (() => randomBytes(8).toString('hex')),
    consumers: () =>
      consumers()
        .filter(({ delivery }) => delivery === 'shared')
        .map(({ name }) => name),
    onFinding: (sentence) => {
      if (findings.length < MAX_FINDINGS) findings.push(sentence)
    },
  })
  const consumers = (): Consumer[] => dispatcher.queues.map(({ consumer }) => consumer)
  const deadLettersBefore = await deadLetters.count()
  let phase: 'registering' | 'started' | 'stopped' = 'registering'
  let pruning: NodeJS.Timeout | undefined

  const prune = (): void => {
    history.prune().catch((error: unknown) => log.warn({ err: error }, 'the history could not be pruned'))
  }

  const replay = async (documentId: string, after: string, limit: number): Promise<Replay> => {
    const asked = parsePosition(after)
    if (!asked) return { kind: 'reset', reason: 'the position is malformed' }
    if (asked.epoch !== reader.epoch) return { kind: 'reset', reason: 'the position is unknown' }
    // Not after what the server has: after a crash a client can be ahead of what was dispatched again.
    if (after > reader.position && asked.commit > (await serverEnd())) {
      return { kind: 'reset', reason: 'the position is in the future' }
    }
    await within(HISTORY_LIMIT_MS, historyQueue.reached(dispatcher.seq))
    return history.read(documentId, after, limit)
  }

  const serverEnd = async (): Promise<bigint> => {
    const { rows } = await pool.query('select pg_current_wal_insert_lsn()::text as end')
    return parseLsn(rows[0].end)
  }

  const stopQueue = async (queue: ConsumerQueue): Promise<void> => {
    await within(STOP_LIMIT_MS, queue.stop()).catch(() => {
      log.warn({ consumer: queue.consumer.name }, 'consumer did not finish its batch; it gets it again')
    })
  }

  const status = (): FeedStatus => {
    const { lagBytes } = reader
    const problem = reader.problem ?? dispatcher.queues.map((queue) => queue.problem).find(Boolean)
    return {
      state: reader.state,
      pending: Object.fromEntries(dispatcher.queues.map(({ consumer, pending }) => [consumer.name, pending])),
      deadLetters:
        deadLettersBefore + dispatcher.queues.reduce((sum, { deadLetterCount }) => sum + deadLetterCount, 0),
      ...(lagBytes !== undefined && { lagBytes }),
      ...(problem !== undefined && { problem }),
    }
  }

  return {
    findings,
    async consume(consumer): Promise<Subscription> {
      if (phase !== 'registering')
        throw new Error(`${consumer.name} registers after the change feed has started`)
      if (consumers().some(({ name }) => name === consumer.name)) {
        throw new Error(`two consumers of the change feed are called ${consumer.name}`)
      }
      const queue = dispatcher.add(consumer)
      return { stop: () => stopQueue(queue) }
    },
    position: () => reader.position,
    oldest: () => history.oldest(),
    covers: (position, event) => isCovered(position, event.position),
    replay,
    status,
    async measure() {
      await reader.inspect()
      return status()
    },
    async start() {
      if (phase !== 'registering') throw new Error('the change feed was started before')
      phase = 'started'
      await reader.start()
      pruning = setInterval(prune, PRUNE_EVERY_MS)
      prune()
    },
    async stop() {
      if (phase === 'stopped') return
      phase = 'stopped'
      clearInterval(pruning)
      const halted = reader.halt()
      await Promise.all(dispatcher.queues.filter((queue) => queue !== historyQueue).map(stopQueue))
      await halted
      // The history catches up with the others, so that what they have done does not come again.
      await Promise.race([historyQueue.reached(dispatcher.seq), delay(2_000, undefined, { ref: false })])
      await stopQueue(historyQueue)
      await reader.stop()
    },
    destroy() {
      phase = 'stopped'
      clearInterval(pruning)
      reader.destroy()
      for (const queue of dispatcher.queues) void queue.stop()
    },
  }
}
