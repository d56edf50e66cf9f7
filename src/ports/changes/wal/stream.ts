import type { Socket } from 'node:net'
import type { Client } from 'pg'
import { type Pgoutput, PgoutputPlugin } from 'pg-logical-replication'
import { columnParser } from '../../../db/column-values.ts'
import { formatLsn, type Lsn } from '../../../db/lsn.ts'
import { readStreamMessage, standbyStatus } from './streaming-protocol.ts'

export type PgoutputMessage = Pgoutput.Message

export interface PgoutputStreamOptions {
  /** a replication connection; the stream closes it */
  client: Client
  slot: string
  publication: string
  /** where reading begins, if that is after what the slot has confirmed */
  from: Lsn
  /** @param lsn of the change's own record */
  onMessage(message: PgoutputMessage, lsn: Lsn): void
  /** Between transactions: everything before `end` has been sent. */
  onKeepalive(end: Lsn): void
}

/** Between two confirmations; the first is sent at once. */
const CONFIRM_INTERVAL_MS = 100
/** Keeps the server from dropping an idle reader (wal_sender_timeout), and asks it to reply. */
const STATUS_INTERVAL_MS = 5_000
/** A server that has not replied for this long is considered lost. */
const SILENCE_TIMEOUT_MS = 60_000
const CLOSE_TIMEOUT_MS = 2_000

/** The parts of pg's Connection that its types do not declare. */
interface CopyConnection {
  stream: Socket
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void
  once(event: 'replicationStart', listener: () => void): void
  sendCopyFromChunk(chunk: Buffer): void
  end(): void
}

/**
 * Reads a logical slot over the streaming replication protocol (PostgreSQL documentation, 55.4 and 55.5), version 1
 * of pgoutput: whole transactions, in the order of their commits. The library's own service is not used, because it
 * confirms what it has received instead of what is done.
 */
export class PgoutputStream {
  /** resolves (never rejects) when the connection has ended */
  readonly ended: Promise<Error>
  readonly #options: PgoutputStreamOptions
  readonly #connection: CopyConnection
  readonly #plugin: PgoutputPlugin
  readonly #statusTimer: NodeJS.Timeout
  #confirmTimer: NodeJS.Timeout | undefined
  #confirmed: Lsn
  #sent: Lsn = 0n
  #lastReceived = performance.now()
  #closing = false
  #failure: Error | undefined

  /** @throws when the server does not start the stream */
  static async open(options: PgoutputStreamOptions): Promise<PgoutputStream> {
    const { connection } = options.client as unknown as { connection: CopyConnection }
    const started = new Promise<void>((resolve) => connection.once('replicationStart', () => resolve()))
    const stream = new PgoutputStream(options, connection)
    const failure = await Promise.race([started, stream.ended])
    if (failure) throw failure
    return stream
  }

  private constructor(options: PgoutputStreamOptions, connection: CopyConnection) {
    this.#options = options
    this.#connection = connection
    this.#plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [options.publication] })
    this.#confirmed = options.from
    connection.on('copyData', ({ chunk }) => {
      this.#lastReceived = performance.now()
      try {
        this.#receive(chunk)
      } catch (error) {
        this.#fail(error as Error)
      }
    })
    this.#statusTimer = setInterval(() => this.#keepAlive(), STATUS_INTERVAL_MS)
    this.ended = this.#replicate()
  }

  /** Reports within 100 ms that everything before `lsn` is done, so the server may remove that log. */
  confirm(lsn: Lsn): void {
    if (lsn <= this.#confirmed) return
    this.#confirmed = lsn
    if (!this.#closing) this.#sendConfirmed()
  }

  /** Pauses reading; messages that have arrived already are still delivered. */
  pause(): void {
    this.#connection.stream.pause()
  }

  resume(): void {
    this.#connection.stream.resume()
  }

  /** Sends the last confirmed position and closes, within about two seconds. */
  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true
      this.#sendStatus()
      this.#connection.end()
      this.#connection.stream.resume()
    }
    const limit = setTimeout(() => this.destroy(), CLOSE_TIMEOUT_MS)
    await this.ended
    clearTimeout(limit)
  }

  /** Drops the connection. */
  destroy(): void {
    this.#connection.stream.destroy()
  }

  /** @returns why the stream ended */
  async #replicate(): Promise<Error> {
    const { client, slot, publication, from } = this.#options
    try {
      await client.query(
        `START_REPLICATION SLOT "${slot}" LOGICAL ${formatLsn(from)} ` +
          `(proto_version '1', publication_names '"${publication}"')`,
      )
      return new Error('the server ended the replication stream')
    } catch (error) {
      return this.#failure ?? (error as Error)
    } finally {
      this.#closing = true
      clearInterval(this.#statusTimer)
      clearTimeout(this.#confirmTimer)
      this.destroy()
    }
  }

  #receive(chunk: Buffer): void {
    if (this.#closing) return
    const received = readStreamMessage(chunk)
    if (received.kind === 'keepalive') {
      this.#options.onKeepalive(received.end)
      if (received.replyRequested) this.#sendStatus()
      return
    }
    const message = this.#plugin.parse(received.data as Buffer) as PgoutputMessage
    if (message.tag === 'relation') useOwnParsers(message)
    this.#options.onMessage(message, received.lsn)
  }

  #sendConfirmed(): void {
    if (this.#confirmTimer || this.#sent === this.#confirmed) return
    this.#sendStatus()
    this.#confirmTimer = setTimeout(() => {
      this.#confirmTimer = undefined
      this.#sendConfirmed()
    }, CONFIRM_INTERVAL_MS)
  }

  #sendStatus(replyRequested = false): void {
    this.#sent = this.#confirmed
    this.#connection.sendCopyFromChunk(standbyStatus(this.#confirmed, Date.now(), replyRequested))
  }

  #keepAlive(): void {
    if (this.#connection.stream.isPaused()) this.#lastReceived = performance.now()
    if (performance.now() - this.#lastReceived > SILENCE_TIMEOUT_MS)
      this.#fail(new Error('PostgreSQL does not reply any more'))
    else this.#sendStatus(true)
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#closing = true
    this.destroy()
  }
}

/** The parser keeps this relation object and reads the following tuples with its column parsers. */
function useOwnParsers(relation: Pgoutput.MessageRelation): void {
  for (const column of relation.columns) column.parser = columnParser(column.typeOid)
}
