import type { Position } from '../../../domain/change.ts'
import { backoffMs, pause } from '../../../runtime/backoff.ts'
import { within } from '../../../runtime/within.ts'
import type { FeedStatus } from '../port.ts'
import type { Lsn } from '../../../db/lsn.ts'
import { formatPosition } from './position.ts'
import { prepareSlot, type PrepareSlotOptions, type ReadingStart } from './prepare-slot.ts'
import { createProgress, type Progress, raiseServerEnd } from './progress.ts'
import { checkServer, inspectSlot } from './slot.ts'
import { SlotConnection, type SlotConnectionOptions } from './slot-connection.ts'
import { dispatchSnapshot } from './snapshot.ts'

export type WalReaderOptions = PrepareSlotOptions & SlotConnectionOptions

const RECONNECT = { firstMs: 100, limitMs: 5_000 }
const INSPECT_INTERVAL_MS = 10_000
const INSPECT_TIMEOUT_MS = 1_000
/** At a stop: for storing that the snapshot is done. */
const STORE_TIMEOUT_MS = 5_000

/** Reads the slot into the dispatcher; creates the slot, delivers its snapshot and reconnects where necessary. */
export class WalReader {
  readonly #options: WalReaderOptions
  readonly #abort = new AbortController()
  readonly #progress = createProgress()
  #state: FeedStatus['state'] = 'starting'
  #problem: string | undefined
  #connection: SlotConnection | undefined
  #storing: Promise<void> | undefined
  #running: Promise<void> | undefined
  #inspecting: NodeJS.Timeout | undefined

  constructor(options: WalReaderOptions) {
    this.#options = options
  }

  get state(): FeedStatus['state'] {
    return this.#state
  }

  get problem(): string | undefined {
    return this.#problem
  }

  get position(): Position {
    return this.#connection?.position ?? formatPosition(this.#progress.last)
  }

  get epoch(): string {
    return this.#progress.last.epoch
  }

  get lagBytes(): number | undefined {
    const { serverEnd, confirmed } = this.#progress
    return serverEnd === 0n ? undefined : Math.max(0, Number(serverEnd - confirmed))
  }

  /** @throws when the server cannot serve the feed; later failures are retried */
  async start(): Promise<void> {
    const { database, publication } = this.#options
    await checkServer(database.pool, publication)
    const start = await this.#prepare()
    this.#running = this.#run(start)
    this.#inspecting = setInterval(() => void this.inspect(), INSPECT_INTERVAL_MS)
  }

  /** Dispatches no more changes; those in the queues can still be done and confirmed. */
  async halt(): Promise<void> {
    this.#abort.abort()
    clearInterval(this.#inspecting)
    await this.#connection?.halt()
  }

  /** Sends the last confirmed position and closes; call it after `halt`. */
  async stop(): Promise<void> {
    await this.#connection?.close()
    await this.#running
    if (this.#storing) await within(STORE_TIMEOUT_MS, this.#storing).catch(() => {})
    this.#state = 'stopped'
  }

  /** Ends as a killed process would. */
  destroy(): void {
    this.#abort.abort()
    clearInterval(this.#inspecting)
    this.#connection?.destroy()
    this.#state = 'stopped'
  }

  /** Every consumer has finished everything before `lsn`, which only grows. */
  confirm(lsn: Lsn): void {
    this.#progress.confirmed = lsn
    if (this.#progress.snapshot === 'dispatched')
      this.#storing = storeSnapshotDone(this.#options, this.#progress)
    this.#connection?.confirm(lsn)
  }

  pause(): void {
    this.#connection?.pause()
  }

  resume(): void {
    this.#connection?.resume()
  }

  /**
   * Asks the server for the end of its log and for the state of the slot, for at most a second. This notices a lost
   * slot also while a full queue keeps the connection from being read.
   */
  async inspect(): Promise<void> {
    const { database, slot, log } = this.#options
    try {
      const state = await within(INSPECT_TIMEOUT_MS, inspectSlot(database.pool, slot))
      if (this.#abort.signal.aborted) return
      if (state) raiseServerEnd(this.#progress, state.serverEnd)
      if (state?.walStatus === 'unreserved')
        log.warn({ slot }, 'the replication slot is about to lose its log')
      if (!state || state.walStatus === 'lost') this.#connection?.destroy()
    } catch (error) {
      log.debug({ err: error }, 'could not inspect the replication slot')
    }
  }

  #prepare(): Promise<ReadingStart> {
    return prepareSlot(this.#options, this.#progress, this.#abort.signal)
  }

  async #run(first: ReadingStart): Promise<void> {
    const { signal } = this.#abort
    let start: ReadingStart | undefined = first
    let failures = 0
    while (!signal.aborted) {
      try {
        start ??= await this.#prepare()
        await this.#follow(start, () => (failures = 0))
      } catch (error) {
        if (signal.aborted) break
        failures++
        this.#state = 'reconnecting'
        this.#problem = (error as Error).message
        this.#options.log.warn({ err: error, failures }, 'the change feed lost PostgreSQL and reconnects')
        await pause(backoffMs(failures, RECONNECT), signal)
      }
      start = undefined
    }
  }

  /** Reads until the connection ends. @throws the error that ended it */
  async #follow(start: ReadingStart, onStreaming: () => void): Promise<void> {
    const { dispatcher } = this.#options
    const { signal } = this.#abort
    if ('created' in start) {
      this.#state = 'snapshot'
      await dispatchSnapshot(this.#options, start.created, this.#progress, signal)
    }
    const from = 'created' in start ? start.created.consistent : start.from
    const connection = await SlotConnection.open(this.#options, from, this.#progress, signal)
    this.#connection = connection
    if (signal.aborted) return connection.close()
    if (dispatcher.full) connection.pause()
    this.#state = 'streaming'
    this.#problem = undefined
    onStreaming()
    const ended = await connection.ended
    this.#connection = undefined
    this.#progress.last = connection.last
    throw ended
  }
}

/** Until it is stored, a restart repeats the snapshot. */
async function storeSnapshotDone({ store, log }: WalReaderOptions, progress: Progress): Promise<void> {
  const { epoch } = progress.last
  progress.snapshot = 'stored'
  try {
    await store.snapshotDone(epoch)
  } catch (error) {
    log.warn({ err: error }, 'could not store yet that the snapshot is done')
    if (progress.last.epoch === epoch) progress.snapshot = 'dispatched'
  }
}
