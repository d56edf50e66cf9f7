import type { Socket } from 'node:net'
import type { Client } from 'pg'
import { type Pgoutput, PgoutputPlugin } from 'pg-logical-replication'
import { columnParser } from './columns.ts'
import { formatLsn, type Lsn } from '../../../db/lsn.ts'
import { readStreamMessage, standbyStatus } from './streaming-protocol.ts'

export type PgoutputMessage = Pgoutput.Message

export interface PgoutputStream {
  /** Reports within 100 ms that everything before `lsn` is done, so the server may remove that log. */
  confirm(lsn: Lsn): void
  /** Pauses reading; messages that have arrived already are still delivered. */
  pause(): void
  resume(): void
  /** resolves (never rejects) when the connection has ended */
  ended: Promise<Error>
  /** Sends the last confirmed position and closes, within about two seconds. */
  close(): Promise<void>
  /** Drops the connection. */
  destroy(): void
}

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
export async function openPgoutputStream(options: PgoutputStreamOptions): Promise<PgoutputStream> {
  const { client, slot, publication } = options
  const connection = (client as unknown as { connection: CopyConnection }).connection
  const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [publication] })
  let confirmed = options.from
  let sent = 0n
  let later: NodeJS.Timeout | undefined
  let closing = false

  let heard = performance.now()
  let failure: Error | undefined

  const sendStatus = (reply = false): void => {
    sent = confirmed
    connection.sendCopyFromChunk(standbyStatus(confirmed, Date.now(), reply))
  }
  const fail = (error: Error): void => {
    failure ??= error
    closing = true
    connection.stream.destroy()
  }
  const confirmSoon = (): void => {
    if (later || sent === confirmed) return
    sendStatus()
    later = setTimeout(() => {
      later = undefined
      confirmSoon()
    }, CONFIRM_INTERVAL_MS)
  }
  const status = setInterval(() => {
    if (connection.stream.isPaused()) heard = performance.now()
    if (performance.now() - heard > SILENCE_TIMEOUT_MS) fail(new Error('PostgreSQL does not reply any more'))
    else sendStatus(true)
  }, STATUS_INTERVAL_MS)

  const receive = (chunk: Buffer): void => {
    if (closing) return
    const received = readStreamMessage(chunk)
    if (received.kind === 'keepalive') {
      options.onKeepalive(received.end)
      if (received.replyRequested) sendStatus()
      return
    }
    const message = plugin.parse(received.data as Buffer) as PgoutputMessage
    if (message.tag === 'relation') useOwnParsers(message)
    options.onMessage(message, received.lsn)
  }

  const started = new Promise<void>((resolve) => connection.once('replicationStart', () => resolve()))
  connection.on('copyData', ({ chunk }) => {
    heard = performance.now()
    try {
      receive(chunk)
    } catch (error) {
      fail(error as Error)
    }
  })
  const ended = client
    .query(
      `START_REPLICATION SLOT "${slot}" LOGICAL ${formatLsn(options.from)} ` +
        `(proto_version '1', publication_names '"${publication}"')`,
    )
    .then(
      () => new Error('the server ended the replication stream'),
      (error: Error) => failure ?? error,
    )
    .finally(() => {
      closing = true
      clearInterval(status)
      clearTimeout(later)
      connection.stream.destroy()
    })

  const early = await Promise.race([started, ended])
  if (early) throw early
  return {
    confirm(lsn) {
      if (lsn <= confirmed) return
      confirmed = lsn
      if (!closing) confirmSoon()
    },
    pause: () => void connection.stream.pause(),
    resume: () => void connection.stream.resume(),
    ended,
    async close() {
      if (!closing) {
        closing = true
        sendStatus()
        connection.end()
        connection.stream.resume()
      }
      const limit = setTimeout(() => connection.stream.destroy(), CLOSE_TIMEOUT_MS)
      await ended
      clearTimeout(limit)
    },
    destroy: () => void connection.stream.destroy(),
  }
}

/** The parser keeps this relation object and reads the following tuples with its column parsers. */
function useOwnParsers(relation: Pgoutput.MessageRelation): void {
  for (const column of relation.columns) column.parser = columnParser(column.typeOid)
}
