import type { Database } from '../../../db/database.ts'
import type { ChangeEvent, Position } from '../../../domain/change.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { within } from '../../../runtime/within.ts'
import { backoffMs, pause } from '../backoff.ts'
import { connectDirect } from './connection.ts'
import type { Dispatcher } from '../delivery/dispatcher.ts'
import { makeEvent } from './envelope.ts'
import type { FeedStore } from './feed-store.ts'
import type { Lsn } from './lsn.ts'
import { openPgoutputStream, type PgoutputStream } from './stream.ts'
import type { FeedStatus } from '../port.ts'
import { checkServer, createSlot, dropSlot, inspectSlot, type NewSlot } from './slot.ts'
import { waitForSlot, whyRebuild } from './slot-keeper.ts'
import { readSnapshot } from './snapshot.ts'
import { TransactionDecoder } from './decoder.ts'
import { formatPosition, type WalPosition } from './position.ts'

export interface WalReaderOptions {
  database: Database
  dispatcher: Dispatcher
  store: FeedStore
  log: Logger
  slot: string
  publication: string
  clock: Clock
  random: () => number
  /** 16 hexadecimal digits that were never used before */
  newEpoch: () => string
  /** something an operator must know, in a sentence */
  onFinding: (sentence: string) => void
}

/** How to go on: with a slot that is there, or with a new one and its snapshot. */
type Plan = { from: Lsn } | { created: NewSlot }

const RECONNECT = { firstMs: 100, limitMs: 5_000 }
const INSPECT_EVERY_MS = 10_000
const INSPECT_LIMIT_MS = 1_000
/** At a stop: for the end of the transaction that is being read. The server sends it right behind its changes. */
const COMMIT_LIMIT_MS = 2_000
/** At a stop: for the note that the snapshot is done. */
const STORE_LIMIT_MS = 5_000

/** Reads the slot into the dispatcher, and keeps slot, snapshot and connection in order, for as long as it runs. */
export class WalReader {
  readonly #options: WalReaderOptions
  readonly #abort = new AbortController()
  #state: FeedStatus['state'] = 'starting'
  #problem: string | undefined
  #last: WalPosition = { epoch: '0'.repeat(16), commit: 0n, index: 0 }
  #decoder: TransactionDecoder | undefined
  #stream: PgoutputStream | undefined
  #confirmed: Lsn = 0n
  #serverEnd: Lsn = 0n
  /** all rows of this epoch's snapshot are in the queues; `stored` when they are done and that is written down */
  #snapshot: 'none' | 'dispatched' | 'stored' = 'none'
  #storing: Promise<void> | undefined
  /** from the halt on, while only the end of a transaction is missing: no more is to come */
  #completed: (() => void) | undefined
  #running: Promise<void> | undefined
  #inspecting: NodeJS.Timeout | undefined

  constructor(options: WalReaderOptions) {
    this.#options = options
    options.dispatcher.listen({
      onConfirmed: (lsn) => this.#confirm(lsn),
      onFull: () => this.#stream?.pause(),
      onRoom: () => this.#stream?.resume(),
    })
  }

  get state(): FeedStatus['state'] {
    return this.#state
  }

  get problem(): string | undefined {
    return this.#problem
  }

  get position(): Position {
    return this.#decoder?.position ?? formatPosition(this.#last)
  }

  get epoch(): string {
    return this.#last.epoch
  }

  get lagBytes(): number | undefined {
    if (this.#serverEnd === 0n) return undefined
    return Math.max(0, Number(this.#serverEnd - this.#confirmed))
  }

  /** @throws when the server cannot serve it; later failures are waited out */
  async start(): Promise<void> {
    await checkServer(this.#options.database.pool, this.#options.publication)
    const plan = await this.#prepare()
    this.#running = this.#run(plan)
    this.#inspecting = setInterval(() => void this.inspect(), INSPECT_EVERY_MS)
  }

  /**
   * Hands out no more changes; what is in the queues can still be done and confirmed. A transaction whose changes were
   * all handed out is read to its end first: without it they would not count as done.
   */
  async halt(): Promise<void> {
    this.#abort.abort()
    clearInterval(this.#inspecting)
    const stream = this.#stream
    if (stream && this.#decoder?.inTransaction && !this.#options.dispatcher.full) {
      const completed = new Promise<void>((resolve) => (this.#completed = resolve))
      await within(COMMIT_LIMIT_MS, Promise.race([completed, stream.ended])).catch(() => {})
      this.#completed = undefined
    }
    stream?.pause()
  }

  /** Sends the last confirmed place and closes; to be called after `halt`. */
  async stop(): Promise<void> {
    await this.#stream?.close()
    await this.#running
    if (this.#storing) await within(STORE_LIMIT_MS, this.#storing).catch(() => {})
    this.#state = 'stopped'
  }

  /** Breaks off as a killed process would. */
  destroy(): void {
    this.#abort.abort()
    clearInterval(this.#inspecting)
    this.#stream?.destroy()
    this.#state = 'stopped'
  }

  async #run(first: Plan): Promise<void> {
    const { signal } = this.#abort
    let plan: Plan | undefined = first
    let failures = 0
    while (!signal.aborted) {
      try {
        plan ??= await this.#prepare()
        await this.#follow(plan, () => (failures = 0))
      } catch (error) {
        if (signal.aborted) break
        failures++
        this.#state = 'reconnecting'
        this.#problem = (error as Error).message
        this.#options.log.warn({ err: error, failures }, 'the change feed lost PostgreSQL and reconnects')
        await pause(backoffMs(failures, RECONNECT, this.#options.random), signal)
      }
      plan = undefined
    }
  }

  async #prepare(): Promise<Plan> {
    const { database, store, slot, log } = this.#options
    const names = this.#sharedConsumers()
    const state = await waitForSlot(database.pool, slot, log, this.#abort.signal)
    const stored = await store.load()
    if (stored && stored.epoch === this.#last.epoch && this.#snapshot !== 'none') stored.snapshotDone = true
    const rebuild = whyRebuild(slot, state, stored, names)
    if (rebuild) {
      const what = rebuild.reason ?? `the replication slot ${slot} is made for the first time`
      if (rebuild.damage) this.#options.onFinding(`The change feed starts over with a snapshot: ${what}.`)
      log[rebuild.damage ? 'error' : 'info']({ slot, reason: what }, 'the change feed begins with a snapshot')
      return { created: await this.#rebuild(rebuild.reason) }
    }
    const confirmed = state!.confirmed!
    if (stored!.epoch !== this.#last.epoch) {
      this.#last = { epoch: stored!.epoch, commit: confirmed, index: 0 }
      this.#confirmed = confirmed
      this.#snapshot = 'stored'
    }
    if (stored!.consumers.length !== names.length) await store.keepConsumers(names)
    return { from: this.#confirmed > confirmed ? this.#confirmed : confirmed }
  }

  #sharedConsumers(): string[] {
    const consumers = this.#options.dispatcher.queues.map(({ consumer }) => consumer)
    return consumers.filter(({ delivery }) => delivery === 'shared').map(({ name }) => name)
  }

  async #rebuild(reason: string | undefined): Promise<NewSlot> {
    const { database, store, slot, dispatcher, newEpoch } = this.#options
    const epoch = newEpoch()
    await store.begin(epoch, this.#sharedConsumers())
    await dropSlot(database.pool, slot)
    this.#snapshot = 'none'
    this.#last = { epoch, commit: 0n, index: 0 }
    this.#confirmed = 0n
    dispatcher.reset(reason)
    const created = await createSlot(database.direct, slot, this.#abort.signal)
    this.#confirmed = created.consistent
    this.#serverEnd = created.consistent
    // Before everything that is streamed.
    this.#last = { epoch, commit: created.consistent - 1n, index: 0 }
    return created
  }

  /** Reads until the connection is over, which it throws. */
  async #follow(plan: Plan, onStreaming: () => void): Promise<void> {
    const { database, dispatcher, slot, publication } = this.#options
    if ('created' in plan) await this.#dispatchSnapshot(plan.created)
    const client = await connectDirect(database.direct, `docmgr feed ${slot}`, true)
    const decoder = this.#createDecoder()
    const stream = await openPgoutputStream({
      client,
      slot,
      publication,
      from: 'created' in plan ? plan.created.consistent : plan.from,
      onMessage: (message, lsn) => {
        if (!this.#abort.signal.aborted) return decoder.read(message, lsn)
        if (this.#completed && message.tag === 'commit') decoder.read(message, lsn)
        this.#completed?.()
        this.#completed = undefined
      },
      onKeepalive: (end) => {
        if (this.#abort.signal.aborted || decoder.inTransaction) return
        if (end > this.#serverEnd) this.#serverEnd = end
        dispatcher.mark(end)
      },
    })
    this.#decoder = decoder
    this.#stream = stream
    stream.confirm(this.#confirmed)
    if (this.#abort.signal.aborted) return stream.close()
    if (dispatcher.full) stream.pause()
    this.#state = 'streaming'
    this.#problem = undefined
    onStreaming()
    const ended = await stream.ended
    this.#stream = undefined
    this.#decoder = undefined
    this.#last = decoder.last
    throw ended
  }

  #createDecoder(): TransactionDecoder {
    const { database, dispatcher, clock, log } = this.#options
    return new TransactionDecoder({
      database: database.direct.database,
      after: this.#last,
      clock,
      onEvent: (event) => dispatcher.dispatch(event),
      onCommit: (end) => {
        if (end > this.#serverEnd) this.#serverEnd = end
        dispatcher.mark(end)
      },
      onTruncate: (tables) => log.error({ tables }, 'a table was truncated: nobody is told about its rows'),
    })
  }

  async #dispatchSnapshot(created: NewSlot): Promise<void> {
    const { database, dispatcher, clock } = this.#options
    this.#state = 'snapshot'
    const commit = created.consistent - 1n
    const now = clock.now().getTime()
    const origin = {
      database: database.direct.database,
      previousCommit: undefined,
      xid: null,
      committedUs: now * 1000,
    }
    let index = 0
    try {
      for await (const { topic, row, place } of readSnapshot(
        database.direct,
        created.snapshot,
        created.close,
      )) {
        await dispatcher.room(this.#abort.signal)
        if (this.#abort.signal.aborted) throw new Error('stopped during the snapshot')
        this.#last = { epoch: this.#last.epoch, commit, index: ++index }
        const change = {
          topic,
          op: 'r',
          before: null,
          after: row,
          lsn: created.consistent,
          snapshot: place,
        } as const
        const event: ChangeEvent = makeEvent(change, origin, formatPosition(this.#last), now)
        dispatcher.dispatch(event)
      }
    } finally {
      await created.close().catch(() => {})
    }
    this.#snapshot = 'dispatched'
    dispatcher.mark(created.consistent)
  }

  #confirm(lsn: Lsn): void {
    this.#confirmed = lsn
    if (this.#snapshot === 'dispatched') this.#storing = this.#storeSnapshotDone()
    this.#stream?.confirm(lsn)
  }

  /** Until it is written, a restart makes the snapshot again. */
  async #storeSnapshotDone(): Promise<void> {
    const { epoch } = this.#last
    this.#snapshot = 'stored'
    try {
      await this.#options.store.snapshotDone(epoch)
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the end of the snapshot could not be written down yet')
      if (this.#last.epoch === epoch) this.#snapshot = 'dispatched'
    }
  }

  /**
   * Asks the server for the end of its log, for at most a second, and how the slot is: a lost one is noticed also while
   * a full queue keeps the connection from being read.
   */
  async inspect(): Promise<void> {
    const { database, slot, log } = this.#options
    try {
      const state = await within(INSPECT_LIMIT_MS, inspectSlot(database.pool, slot))
      if (this.#abort.signal.aborted) return
      if (state && state.serverEnd > this.#serverEnd) this.#serverEnd = state.serverEnd
      if (state?.walStatus === 'unreserved')
        log.warn({ slot }, 'the replication slot is about to lose its log')
      if (!state || state.walStatus === 'lost') this.#stream?.destroy()
    } catch (error) {
      log.debug({ err: error }, 'the replication slot could not be inspected')
    }
  }
}
