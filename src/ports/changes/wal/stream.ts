import type { Socket } from 'node:net'
import type { Client } from 'pg'
import { type Pgoutput, PgoutputPlugin } from 'pg-logical-replication'
import { columnParser } from './columns.ts'
import { formatLsn, type Lsn } from './lsn.ts'
import { readStreamMessage, standbyStatus } from './streaming-protocol.ts'

export type PgoutputMessage = Pgoutput.Message

export interface PgoutputStream {
  /** Tells the server, soon, that everything before `lsn` is done and its log may go. */
  confirm(lsn: Lsn): void
  /** Stops and goes on reading; what has arrived already still comes. */
  pause(): void
  resume(): void
  /** resolves (never rejects) when the connection is over */
  ended: Promise<Error>
  /** Sends the last confirmed place and closes in order, within about two seconds. */
  close(): Promise<void>
  /** Breaks the connection off. */
  destroy(): void
}

export interface PgoutputStreamOptions {
  /** a replication connection; the stream closes it */
  client: Client
  slot: string
  publication: string
  /** where to begin, when that is after what the slot has confirmed */
  from: Lsn
  /** @param lsn of the change's own record */
  onMessage(message: PgoutputMessage, lsn: Lsn): void
  /** Between transactions: everything before `end` has been sent. */
  onKeepalive(end: Lsn): void
}

/** Between two confirmations; the first is sent at once. */
const CONFIRM_EVERY_MS = 100
/** Also without news, so that the server does not take the reader for dead (wal_sender_timeout); it answers. */
const STATUS_EVERY_MS = 5_000
/** A server that has not even answered for this long is gone. */
const SILENCE_LIMIT_MS = 60_000
const CLOSE_LIMIT_MS = 2_000

/** pg's Connection as far as its types do not tell. */
interface CopyConnection {
  stream: Socket
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void
  once(event: 'replicationStart', listener: () => void): void
  sendCopyFromChunk(chunk: Buffer): void
  end(): void
}

/**
 * Reads a logical slot over the streaming replication protocol (PostgreSQL documentation, 55.4 and 55.5), version 1
 * of pgoutput: whole transactions, in the order of their commits. The library's own service is not used: it confirms
 * what it has received, not what is done.
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
    }, CONFIRM_EVERY_MS)
  }
  const status = setInterval(() => {
    if (connection.stream.isPaused()) heard = performance.now()
    if (performance.now() - heard > SILENCE_LIMIT_MS) fail(new Error('PostgreSQL does not answer any more'))
    else sendStatus(true)
  }, STATUS_EVERY_MS)

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
      () => new Error('the server ended the stream'),
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
      const limit = setTimeout(() => connection.stream.destroy(), CLOSE_LIMIT_MS)
      await ended
      clearTimeout(limit)
    },
    destroy: () => void connection.stream.destroy(),
  }
}

/** The relation is the object that the parser keeps: tuples that follow are read with these. */
function useOwnParsers(relation: Pgoutput.MessageRelation): void {
  for (const column of relation.columns) column.parser = columnParser(column.typeOid)
}
