import type { Position } from '../../../domain/change.ts'
import { RetryLoop } from '../../../runtime/retry-loop.ts'
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

const INSPECT_INTERVAL_MS = 10_000
const INSPECT_TIMEOUT_MS = 1_000
/** At a stop: for storing that the snapshot is done. */
const STORE_TIMEOUT_MS = 5_000

/** Reads the slot into the dispatcher; creates the slot, delivers its snapshot and reconnects where necessary. */
export class WalReader {
  readonly #options: WalReaderOptions
  readonly #abort = new AbortController()
  readonly #progress = createProgress()
  readonly #loop: RetryLoop
  #isInSnapshot = false
  /** where the next connection begins, when that is known already */
  #start: ReadingStart | undefined
  #opening: Promise<SlotConnection> | undefined
  #connection: SlotConnection | undefined
  #storing: Promise<void> | undefined
  #stopped: Promise<void> | undefined
  #inspecting: NodeJS.Timeout | undefined

  constructor(options: WalReaderOptions) {
    this.#options = options
    this.#loop = new RetryLoop({
      work: (onWorking) => this.#follow(onWorking),
      onFailure: () => (this.#isInSnapshot = false),
      log: options.log,
      warning: 'the change feed lost PostgreSQL and reconnects',
    })
  }

  get state(): FeedStatus['state'] {
    return this.#isInSnapshot ? 'snapshot' : this.#loop.state
  }

  get problem(): string | undefined {
    return this.#loop.failure?.message
  }

  get position(): Position {
    return this.#connection?.decoder.position ?? formatPosition(this.#progress.last)
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
    this.#start = await this.#prepare()
    void this.#loop.start()
    this.#inspecting = setInterval(() => void this.inspect(), INSPECT_INTERVAL_MS)
  }

  /** Dispatches no more changes; those in the queues can still be done and confirmed. */
  async halt(): Promise<void> {
    this.#abort.abort()
    this.#stopped = this.#loop.stop()
    clearInterval(this.#inspecting)
    // A connection can deliver changes before it is open.
    const connection = await this.#opening?.catch(() => undefined)
    await connection?.halt()
  }

  /** Sends the last confirmed position and closes; call it after `halt`. */
  async stop(): Promise<void> {
    await this.#connection?.stream.close()
    await this.#stopped
    if (this.#storing) await within(STORE_TIMEOUT_MS, this.#storing).catch(() => {})
  }

  /** Ends as a killed process would. */
  destroy(): void {
    this.#abort.abort()
    clearInterval(this.#inspecting)
    this.#opening?.then(
      ({ stream }) => stream.destroy(),
      () => {},
    )
    void this.#loop.stop()
  }

  /** Every consumer has finished everything before `lsn`, which only grows. */
  confirm(lsn: Lsn): void {
    this.#progress.confirmed = lsn
    if (this.#progress.snapshot === 'dispatched')
      this.#storing = storeSnapshotDone(this.#options, this.#progress)
    this.#connection?.stream.confirm(lsn)
  }

  pause(): void {
    this.#connection?.stream.pause()
  }

  resume(): void {
    this.#connection?.stream.resume()
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
      if (!state || state.walStatus === 'lost') this.#connection?.stream.destroy()
    } catch (error) {
      log.debug({ err: error }, 'could not inspect the replication slot')
    }
  }

  #prepare(): Promise<ReadingStart> {
    return prepareSlot(this.#options, this.#progress, this.#abort.signal)
  }

  /** Reads until the connection ends. @throws the error that ended it */
  async #follow(onWorking: () => void): Promise<void> {
    const { signal } = this.#abort
    const start = this.#start ?? (await this.#prepare())
    this.#start = undefined
    this.#isInSnapshot = 'created' in start
    if ('created' in start) await dispatchSnapshot(this.#options, start.created, this.#progress, signal)
    const from = 'created' in start ? start.created.consistent : start.from
    if (signal.aborted) return
    this.#opening = SlotConnection.open(this.#options, from, this.#progress, signal)
    const connection = await this.#opening
    this.#connection = connection
    if (this.#options.dispatcher.full) connection.stream.pause()
    this.#isInSnapshot = false
    onWorking()
    const ended = await connection.stream.ended
    this.#connection = undefined
    this.#opening = undefined
    this.#progress.last = connection.decoder.last
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
