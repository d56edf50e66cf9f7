import type { Logger } from '../../runtime/logger.ts'
import { type Backoff, backoffMs } from '../../runtime/backoff.ts'
import { TimeoutError, within } from '../../runtime/within.ts'
import {
  checkRedisUrl,
  closeNow,
  CONNECT_MS,
  createRedisClient,
  isCommandError,
  isMisconfigured,
  type RedisClient,
  type Reply,
  type Send,
} from './redis-client.ts'

/** One connection to Redis, used only while it is known to be healthy and prepared. */
export interface RedisConnection {
  /** False while Redis is unavailable, or available again but not prepared yet: then `send` rejects at once. */
  readonly isUp: boolean
  /**
   * Commands of one turn of the event loop are sent together.
   * @throws an error for which `isCommandError` is true when Redis rejects this command; any other when the connection
   *   was lost: then the command may have been executed or not
   */
  send: Send
  stop(): Promise<void>
}

export interface RedisConnectionOptions {
  /** redis: or, over TLS, rediss: */
  url: string
  log: Logger
  /** what happens while Redis is unavailable, for the log */
  meanwhile: string
  /** Does what a new connection needs before it may be used. */
  prepare(send: Send): Promise<void>
  /** Whether nothing is left to prepare; called at the moment in which the connection would be used. */
  isPrepared(): boolean
  /** Called each time when Redis is available again. */
  onReconnected(): void
}

/** Late replies are looked for at this interval: one timer, however many commands. */
const CHECK_MS = 100
const REPLY_MS = 500
const IDLE_CHECKS_BEFORE_PING = 50
const BACKOFF: Backoff = { firstMs: 50, limitMs: 2_000 }

/** A client with the number of its commands that were sent and answered. */
class MonitoredClient {
  readonly client: RedisClient
  #sent = 0
  #answered = 0
  /** `#sent` at earlier checks that is not answered yet. Redis answers in order, so the oldest one is enough. */
  readonly #marks: { at: number; sent: number }[] = []

  constructor(client: RedisClient) {
    this.client = client
  }

  async send(command: string[]): Promise<Reply> {
    this.#sent++
    try {
      return await this.client.sendCommand<Reply>(command)
    } finally {
      this.#answered++
    }
  }

  check(): 'late' | 'idle' | 'busy' {
    const marks = this.#marks
    const now = performance.now()
    while (marks.length > 0 && marks[0]!.sent <= this.#answered) marks.shift()
    // Replies are read between two checks: with one mark only, this process may have paused, and not Redis.
    if (marks.length > 1 && now - marks[0]!.at >= REPLY_MS) return 'late'
    if (this.#answered === this.#sent) return 'idle'
    marks.push({ at: now, sent: this.#sent })
    return 'busy'
  }
}

/**
 * Resolves when the first attempt to connect has ended; after that it reconnects without end. A server that is
 * unavailable, too slow (500 to 600 ms) or rejects writes is not used until it works again; that is logged once.
 *
 * @throws Error with a sentence for the operator, when the URL or its credentials are wrong
 */
export async function openRedisConnection(options: RedisConnectionOptions): Promise<RedisConnection> {
  checkRedisUrl(options.url)
  const connection = new ReconnectingConnection(options)
  await connection.start()
  return {
    get isUp() {
      return connection.isUp
    },
    send: (...command) => connection.send(command),
    stop: () => connection.stop(),
  }
}

class ReconnectingConnection {
  readonly #options: RedisConnectionOptions
  #current: MonitoredClient | undefined
  #upSince = 0
  #failures = 0
  #idleChecks = 0
  #isDownLogged = false
  /** why it is not used now */
  #problem: unknown
  #isStarted = false
  #isStopped = false
  #checks: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined

  constructor(options: RedisConnectionOptions) {
    this.#options = options
  }

  get isUp(): boolean {
    return this.#current !== undefined
  }

  async start(): Promise<void> {
    this.#checks = setInterval(() => this.#check(), CHECK_MS)
    this.#checks.unref()
    try {
      await this.#connect()
    } catch (error) {
      if (isMisconfigured(error)) {
        clearInterval(this.#checks)
        const message = `cache.url: Redis refuses this user, password or database: ${error.message}`
        throw new Error(message, { cause: error })
      }
      this.#reconnectLater(error)
    }
    this.#isStarted = true
  }

  send(command: string[]): Promise<Reply> {
    return this.#current
      ? this.#sendOn(this.#current, command)
      : Promise.reject(new Error('Redis is unavailable', { cause: this.#problem }))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#checks)
    clearTimeout(this.#retry)
    const client = this.#current?.client
    this.#current = undefined
    if (client) await within(REPLY_MS, client.close()).catch(() => closeNow(client))
  }

  async #sendOn(connection: MonitoredClient, command: string[]): Promise<Reply> {
    try {
      return await connection.send(command)
    } catch (error) {
      if (!isCommandError(error)) this.#lose(connection, error)
      throw error
    }
  }

  async #connect(): Promise<void> {
    const { url, log, prepare, isPrepared, onReconnected } = this.#options
    const client = createRedisClient(url)
    const connection = new MonitoredClient(client)
    client.on('error', (error) => this.#lose(connection, error))
    try {
      await within(CONNECT_MS, client.connect())
      const send: Send = (...command) => within(CONNECT_MS, client.sendCommand<Reply>(command))
      do {
        await prepare(send)
        await within(REPLY_MS, send('PING'))
      } while (!isPrepared())
    } catch (error) {
      closeNow(client)
      throw error
    }
    if (this.#isStopped) return closeNow(client)
    this.#current = connection
    this.#upSince = performance.now()
    if (this.#isDownLogged) log.warn('Redis is available again')
    this.#isDownLogged = false
    if (this.#isStarted) onReconnected()
  }

  #lose(connection: MonitoredClient, error: unknown): void {
    if (this.#current !== connection) return
    this.#current = undefined
    if (performance.now() - this.#upSince > BACKOFF.limitMs) this.#failures = 0
    closeNow(connection.client)
    this.#reconnectLater(error)
  }

  #reconnectLater(error: unknown): void {
    this.#problem = error
    if (this.#isStopped) return
    if (!this.#isDownLogged)
      this.#options.log.warn(
        { err: error },
        `Redis is unavailable; ${this.#options.meanwhile} until it is back`,
      )
    this.#isDownLogged = true
    const connect = (): void => void this.#connect().catch((failure) => this.#reconnectLater(failure))
    this.#retry = setTimeout(connect, backoffMs(++this.#failures, BACKOFF))
    this.#retry.unref()
  }

  #check(): void {
    const connection = this.#current
    if (!connection) return
    const state = connection.check()
    if (state === 'late') return this.#lose(connection, new TimeoutError(REPLY_MS, 'an answer'))
    this.#idleChecks = state === 'idle' ? this.#idleChecks + 1 : 0
    if (this.#idleChecks < IDLE_CHECKS_BEFORE_PING) return
    this.#idleChecks = 0
    this.#sendOn(connection, ['PING']).catch(() => {})
  }
}
