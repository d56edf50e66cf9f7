/** The Redis client's package, and what its errors mean. */
import { createClient, ErrorReply } from 'redis'
import { blameOfReply } from '../../runtime/server-errors.ts'

export type RedisClient = ReturnType<typeof createRedisClient>
export type Reply = string | number | null | Reply[]
export type Send = (...command: string[]) => Promise<Reply>

/** Milliseconds to connect. */
export const CONNECT_MS = 2_000
/** Maximum number of commands without a reply. */
const MAX_QUEUED = 10_000

/** @param url redis: or, over TLS, rediss: */
export function createRedisClient(url: string) {
  return createClient({
    url,
    name: 'docmgr',
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_QUEUED,
    maintNotifications: 'disabled',
    // redis-connection.ts reconnects: a new connection must not be used before it is prepared.
    socket: { connectTimeout: CONNECT_MS, keepAlive: true, noDelay: true, reconnectStrategy: false },
  })
}

export function closeNow(client: RedisClient): void {
  if (client.isOpen) client.destroy()
}

/** @throws Error with a sentence for the operator, without the URL, which has a password */
export function checkRedisUrl(url: string): void {
  const rule = 'must be redis://host:port/database or, over TLS, rediss://…, where database is a number'
  if (!URL.canParse(url)) throw new Error(`cache.url: ${rule}`)
  const { protocol, hostname, pathname } = new URL(url)
  if (!/^rediss?:$/.test(protocol) || hostname === '' || !/^(\/\d{0,4})?$/.test(pathname))
    throw new Error(`cache.url: ${rule}`)
}

const MISCONFIGURED =
  /^(NOAUTH|WRONGPASS|NOPERM|ERR (AUTH|invalid password|DB index|SELECT|Client sent AUTH))/

/**
 * Redis rejected this command; the connection can still be used. Any other error reply is about the state of the server:
 * Redis counts as unavailable then.
 */
export const isCommandError = (error: unknown): boolean =>
  error instanceof ErrorReply && blameOfReply(error.message) === 'data'

/** Redis rejected the client's user, password or database. */
export const isMisconfigured = (error: unknown): error is Error =>
  error instanceof ErrorReply && MISCONFIGURED.test(error.message)

/** The script of an EVALSHA is unknown: nothing was executed. */
export const isUnknownScript = (error: unknown): boolean =>
  error instanceof ErrorReply && error.message.startsWith('NOSCRIPT')

/** An error reply about a part of a command, as the error that a command of its own would have got. */
export const commandError = (text: string): Error => new ErrorReply(text)
