import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChangeEvent, Position } from '../../../domain/change.ts'
import type { Database } from '../../../db/database.ts'
import { type Lsn, parseLsn } from '../../../db/lsn.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { within } from '../../../runtime/within.ts'
import type { ConsumerQueue } from '../delivery/consumer-queue.ts'
import type { DeadLetters } from '../delivery/dead-letters.ts'
import { Dispatcher } from '../delivery/dispatcher.ts'
import type { DriverStatus, FeedDriver, FeedResources, ResetReason } from '../driver.ts'
import { createChangeFeed, type OpenFeed } from '../feed.ts'
import type { Consumer } from '../port.ts'
import { createDeadLetterStore } from './dead-letter-store.ts'
import { createFeedStore } from './feed-store.ts'
import { createHistory, type History } from './history.ts'
import { isCovered, parsePosition } from './position.ts'
import { WalReader } from './reader.ts'

export type WalResources = Pick<FeedResources, 'slot' | 'history' | 'clock' | 'log'> & {
  database: Database | undefined
}

/** The migrations create it. */
const PUBLICATION = 'docmgr_cdc'
const MAX_FINDINGS = 20
const PRUNE_INTERVAL_MS = 60_000
/** for the history to contain what was dispatched */
const HISTORY_TIMEOUT_MS = 5_000
/** at a stop: for the history to reach the other consumers */
const HISTORY_STOP_TIMEOUT_MS = 2_000

/**
 * The change feed from PostgreSQL's log.
 * @param queueLimit events that may wait for one consumer before reading pauses
 * @throws Error when the slot's name is not valid
 */
export function openWalFeed(resources: WalResources, queueLimit = 10_000): OpenFeed {
  return createChangeFeed(new WalDriver(resources, resources.database!, queueLimit), resources.log)
}

/**
 * Reads PostgreSQL's log in this process through a logical replication slot. The slot advances only after every
 * consumer has finished, so whatever was not done is delivered again after any kind of end.
 */
class WalDriver implements FeedDriver {
  readonly findings: string[] = []
  readonly #log: Logger
  readonly #pool: Database['pool']
  readonly deadLetters: DeadLetters
  readonly #dispatcher: Dispatcher<Lsn>
  readonly #history: History
  readonly #historyQueue: ConsumerQueue
  readonly #reader: WalReader
  #pruning: NodeJS.Timeout | undefined

  constructor({ slot, history, clock, log }: WalResources, database: Database, queueLimit: number) {
    if (!/^[a-z0-9_]{1,63}$/.test(slot))
      throw new Error(`${slot} is not a valid slot name: use 1 to 63 of a-z, 0-9 and _`)
    this.#log = log
    this.#pool = database.pool
    this.deadLetters = createDeadLetterStore(this.#pool)
    this.#dispatcher = new Dispatcher({
      deadLetters: this.deadLetters,
      log,
      queueLimit,
      onDone: (lsn) => this.#reader.confirm(lsn),
      onFull: () => this.#reader.pause(),
      onCapacity: () => this.#reader.resume(),
    })
    this.#history = createHistory(this.#pool, slot, history, clock)
    this.#historyQueue = this.#dispatcher.add(this.#history.consumer)
    this.#reader = new WalReader({
      database,
      dispatcher: this.#dispatcher,
      log,
      slot,
      publication: PUBLICATION,
      clock,
      store: createFeedStore(this.#pool, slot),
      newEpoch: () => randomBytes(8).toString('hex'),
      onFinding: (sentence) => {
        if (this.findings.length < MAX_FINDINGS) this.findings.push(sentence)
      },
    })
  }

  add(consumer: Consumer): ConsumerQueue {
    return this.#dispatcher.add(consumer)
  }

  position(): Position {
    return this.#reader.position
  }

  oldest(): Promise<Position> {
    return this.#history.oldest()
  }

  covers(position: Position, event: Position): boolean {
    return isCovered(position, event)
  }

  async replay(
    documentId: string | undefined,
    after: Position,
    limit: number,
  ): Promise<ChangeEvent[] | ResetReason> {
    const asked = parsePosition(after)
    if (!asked) return { reset: 'the position is malformed' }
    if (asked.epoch !== this.#reader.epoch) return { reset: 'the position is unknown' }
    // After a crash a client can be ahead of what this process has read so far, but never of the server.
    if (after > this.#reader.position && asked.commit > (await this.#serverEnd())) {
      return { reset: 'the position is in the future' }
    }
    const isKept = await within(HISTORY_TIMEOUT_MS, this.#historyQueue.reached(this.#dispatcher.seq))
    if (!isKept) throw new Error('the change feed has stopped')
    return this.#history.read(documentId, after, limit)
  }

  status(): DriverStatus {
    const { state, lagBytes } = this.#reader
    const problem = this.#reader.problem ?? this.#historyQueue.problem
    return { state, ...(lagBytes !== undefined && { lagBytes }), ...(problem !== undefined && { problem }) }
  }

  refreshStatus(): Promise<void> {
    return this.#reader.inspect()
  }

  async start(): Promise<void> {
    await this.#reader.start()
    this.#pruning = setInterval(() => void this.#prune(), PRUNE_INTERVAL_MS)
    void this.#prune()
  }

  halt(): Promise<void> {
    clearInterval(this.#pruning)
    return this.#reader.halt()
  }

  async close(): Promise<void> {
    // The history reaches the other consumers, so that what they have done is not delivered again.
    const reached = this.#historyQueue.reached(this.#dispatcher.seq)
    await Promise.race([reached, delay(HISTORY_STOP_TIMEOUT_MS, undefined, { ref: false })])
    await within(HISTORY_TIMEOUT_MS, this.#historyQueue.stop()).catch(() => {
      this.#log.warn('could not write the last events to the history; they are delivered again')
    })
    await this.#reader.stop()
  }

  destroy(): void {
    clearInterval(this.#pruning)
    this.#reader.destroy()
    void this.#historyQueue.stop()
  }

  async #serverEnd(): Promise<Lsn> {
    const { rows } = await this.#pool.query('select pg_current_wal_insert_lsn()::text as end')
    return parseLsn(rows[0].end)
  }

  async #prune(): Promise<void> {
    await this.#history
      .prune()
      .catch((error: unknown) => this.#log.warn({ err: error }, 'could not prune the history'))
  }
}
