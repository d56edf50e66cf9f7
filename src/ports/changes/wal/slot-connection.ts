import type { Database } from '../../../db/database.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { within } from '../../../runtime/within.ts'
import { connectDirect } from './connection.ts'
import { TransactionDecoder } from './decoder.ts'
import type { Dispatcher } from '../delivery/dispatcher.ts'
import type { Lsn } from '../../../db/lsn.ts'
import { type Progress, raiseServerEnd } from './progress.ts'
import { type PgoutputMessage, PgoutputStream } from './stream.ts'

export interface SlotConnectionOptions {
  database: Database
  dispatcher: Dispatcher<Lsn>
  clock: Clock
  log: Logger
  slot: string
  publication: string
}

/** For the end of the transaction that is being read; the server sends it right behind the changes. */
const COMMIT_TIMEOUT_MS = 2_000

/** One connection that streams the slot through a decoder into the dispatcher. */
export class SlotConnection {
  readonly decoder: TransactionDecoder
  stream!: PgoutputStream
  readonly #dispatcher: Dispatcher<Lsn>
  readonly #progress: Progress
  readonly #signal: AbortSignal
  /** set while only the end of a transaction is awaited: no other message is read */
  #onCommit: (() => void) | undefined

  /**
   * @param from where reading begins, if that is after what the slot has confirmed
   * @param signal after it, no change is dispatched
   */
  static async open(
    options: SlotConnectionOptions,
    from: Lsn,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<SlotConnection> {
    const { database, slot, publication } = options
    const opened = new SlotConnection(options, progress, signal)
    opened.stream = await PgoutputStream.open({
      client: await connectDirect(database.direct, `docmgr feed ${slot}`, true),
      slot,
      publication,
      from,
      onMessage: (message, lsn) => opened.#read(message, lsn),
      onKeepalive: (end) => {
        if (!signal.aborted && !opened.decoder.inTransaction) opened.#mark(end)
      },
    })
    opened.stream.confirm(progress.confirmed)
    return opened
  }

  private constructor(options: SlotConnectionOptions, progress: Progress, signal: AbortSignal) {
    const { database, dispatcher, clock, log } = options
    this.#dispatcher = dispatcher
    this.#progress = progress
    this.#signal = signal
    this.decoder = new TransactionDecoder({
      database: database.direct.database,
      after: progress.last,
      clock,
      onEvent: (event) => dispatcher.dispatch(event),
      onCommit: (end) => this.#mark(end),
      onTruncate: (tables) =>
        log.error({ tables }, 'a table was truncated; no consumer gets its deleted rows'),
    })
  }

  /**
   * After the signal: stops reading. A transaction whose changes were all dispatched is read to its end first, because
   * its changes count as done only with its commit.
   */
  async halt(): Promise<void> {
    if (this.decoder.inTransaction && !this.#dispatcher.full) {
      const committed = new Promise<void>((resolve) => (this.#onCommit = resolve))
      await within(COMMIT_TIMEOUT_MS, Promise.race([committed, this.stream.ended])).catch(() => {})
      this.#onCommit = undefined
    }
    this.stream.pause()
  }

  #read(message: PgoutputMessage, lsn: Lsn): void {
    if (!this.#signal.aborted) return this.decoder.read(message, lsn)
    if (this.#onCommit && message.tag === 'commit') this.decoder.read(message, lsn)
    this.#onCommit?.()
    this.#onCommit = undefined
  }

  /** Every change that committed before `end` has been dispatched. */
  #mark(end: Lsn): void {
    raiseServerEnd(this.#progress, end)
    this.#dispatcher.mark(end)
  }
}
