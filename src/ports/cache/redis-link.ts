import { createClient, ErrorReply } from 'redis'
import type { Logger } from '../../runtime/logger.ts'
import { within } from '../../runtime/within.ts'

export type Reply = string | number | null | Reply[]
export type Send = (...command: string[]) => Promise<Reply>

/** One connection to Redis that is either believed or not used at all. */
export interface RedisLink {
  /** False while Redis is away, or back but not prepared yet: then `send` rejects at once. */
  readonly up: boolean
  /**
   * Commands of one tick leave together.
   * @throws an error that `isRefusal` knows when Redis refuses this command, any other when the connection was lost:
   *   then nobody knows whether the command was executed
   */
  send: Send
  stop(): Promise<void>
}

export interface LinkOptions {
  /** redis: or, over TLS, rediss: */
  url: string
  log: Logger
  /** Whatever must be done on a new connection before it is believed. */
  prepare(send: Send): Promise<void>
  /** Whether there is nothing left to prepare; asked in the moment in which the connection becomes believed. */
  isPrepared(): boolean
  /** Each time that it is again after Redis was away. */
  onBack(): void
}

/** How often it is looked for replies that are late: one timer, however many commands. */
const TICK_MS = 100
const DEADLINE_MS = 500
const PING_TICKS = 50
/** For the connection, and then for each command that prepares it: nobody waits for these. */
const CONNECT_MS = 2_000
const BACKOFF_MS = { first: 50, most: 2_000 }
/** Commands without a reply at the most. */
const MAX_QUEUED = 10_000

/** Replies that say something of the server and not of the command: it is as good as away. */
const UNUSABLE =
  /^(OOM|READONLY|MISCONF|LOADING|BUSY|MASTERDOWN|NOREPLICAS|NOAUTH|NOPERM|CLUSTERDOWN|MOVED|UNBLOCKED)\b/
/** Replies to a client that is configured wrongly. */
const MISCONFIGURED =
  /^(NOAUTH|WRONGPASS|NOPERM|ERR (AUTH|invalid password|DB index|SELECT|Client sent AUTH))/

type Client = ReturnType<typeof clientOf>

class Connection {
  readonly client: Client
  sent = 0
  done = 0
  /** `sent` at earlier ticks, as long as not all of them are done. Redis answers in order, so the oldest is enough. */
  private readonly marks: { at: number; sent: number }[] = []

  constructor(client: Client) {
    this.client = client
  }

  tick(): 'late' | 'idle' | 'busy' {
    const { marks } = this
    const now = performance.now()
    while (marks.length > 0 && marks[0]!.sent <= this.done) marks.shift()
    // Between two ticks what has arrived is read: after a pause of this process it is not Redis that was slow.
    if (marks.length > 1 && now - marks[0]!.at >= DEADLINE_MS) return 'late'
    if (this.done === this.sent) return 'idle'
    marks.push({ at: now, sent: this.sent })
    return 'busy'
  }
}

/**
 * Resolves once the first attempt to connect has ended. After that it reconnects for ever, with back-off and jitter.
 * A server that is away, too slow (500 to 600 ms) or refuses to write is left alone until it is back, and logged once.
 *
 * @throws Error with a sentence for the operator, when the URL or its credentials are wrong
 */
export async function openRedisLink(options: LinkOptions): Promise<RedisLink> {
  const { url, log } = options
  checkUrl(url)
  let current: Connection | undefined
  let attempts = 0
  let upSince = 0
  let idleTicks = 0
  let saidAway = false
  let opened = false
  let stopped = false
  let retry: NodeJS.Timeout | undefined

  const away = (error: unknown): void => {
    if (stopped) return
    if (!saidAway)
      log.warn({ err: error }, 'Redis is away: documents are read from the database until it is back')
    saidAway = true
    const backoff = Math.min(BACKOFF_MS.first * 2 ** attempts++, BACKOFF_MS.most)
    retry = setTimeout(() => void connect().catch(away), backoff * (0.5 + Math.random() / 2))
    retry.unref()
  }

  const lose = (connection: Connection, error: unknown): void => {
    if (current !== connection) return
    current = undefined
    if (performance.now() - upSince > BACKOFF_MS.most) attempts = 0
    destroy(connection.client)
    away(error)
  }

  const sendOn = async (connection: Connection, command: string[]): Promise<Reply> => {
    connection.sent++
    try {
      return await connection.client.sendCommand<Reply>(command)
    } catch (error) {
      if (!isRefusal(error)) lose(connection, error)
      throw error
    } finally {
      connection.done++
    }
  }

  const connect = async (): Promise<void> => {
    const client = clientOf(url)
    const connection = new Connection(client)
    client.on('error', (error) => lose(connection, error))
    try {
      await within(CONNECT_MS, client.connect())
      const send: Send = (...command) => within(CONNECT_MS, client.sendCommand<Reply>(command))
      do {
        await options.prepare(send)
        // As fast as it must be from now on.
        await within(DEADLINE_MS, send('PING'))
      } while (!options.isPrepared())
    } catch (error) {
      destroy(client)
      throw error
    }
    if (stopped) return destroy(client)
    current = connection
    upSince = performance.now()
    if (saidAway) log.warn('Redis is back')
    saidAway = false
    if (opened) options.onBack()
  }

  const ticker = setInterval(() => {
    const connection = current
    if (!connection) return
    const state = connection.tick()
    if (state === 'late') return lose(connection, new Error(`no answer within ${DEADLINE_MS} ms`))
    idleTicks = state === 'idle' ? idleTicks + 1 : 0
    if (idleTicks >= PING_TICKS) {
      idleTicks = 0
      sendOn(connection, ['PING']).catch(() => {})
    }
  }, TICK_MS)
  ticker.unref()

  await connect().catch((error: unknown) => {
    if (error instanceof ErrorReply && MISCONFIGURED.test(error.message)) {
      clearInterval(ticker)
      throw new Error(`cache.url: Redis refuses this user, password or database: ${error.message}`)
    }
    away(error)
  })
  opened = true

  return {
    get up() {
      return current !== undefined
    },
    send(...command) {
      return current ? sendOn(current, command) : Promise.reject(new Error('Redis is away'))
    },
    async stop() {
      stopped = true
      clearInterval(ticker)
      clearTimeout(retry)
      const connection = current
      current = undefined
      if (!connection) return
      await within(DEADLINE_MS, connection.client.close()).catch(() => destroy(connection.client))
    },
  }
}

/** Redis has answered that this command cannot be done; the connection is as good as before. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ErrorReply && !UNUSABLE.test(error.message)
}

/** The script of an EVALSHA is unknown: nothing was executed. */
export function isForgotten(error: unknown): boolean {
  return error instanceof ErrorReply && error.message.startsWith('NOSCRIPT')
}

/** What Redis has said of a part of a command, as the error that it would be of a command of its own. */
export const refusalOf = (text: string): Error => new ErrorReply(text)

function clientOf(url: string) {
  return createClient({
    url,
    name: 'docmgr',
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_QUEUED,
    maintNotifications: 'disabled',
    // This file reconnects itself: a connection that comes back must not be used before it is prepared.
    socket: { connectTimeout: CONNECT_MS, keepAlive: true, noDelay: true, reconnectStrategy: false },
  })
}

function destroy(client: Client): void {
  if (client.isOpen) client.destroy()
}

/** The URL has a password, so it is never repeated. */
function checkUrl(url: string): void {
  const rule = 'must be redis://host:port/database or, over TLS, rediss://…, where database is a number'
  if (!URL.canParse(url)) throw new Error(`cache.url: ${rule}`)
  const { protocol, hostname, pathname } = new URL(url)
  if (!/^rediss?:$/.test(protocol) || hostname === '' || !/^(\/\d{0,4})?$/.test(pathname))
    throw new Error(`cache.url: ${rule}`)
}
