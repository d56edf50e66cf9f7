import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { within } from '../runtime/within.ts'

/** A message of the service, as it came. Those about a change have a position. */
export interface SubscriptionMessage {
  type: string
  data?: Record<string, unknown>
  timestamp?: string
  position?: string
}

export interface SubscribeOptions {
  /** base URL: `ws://localhost:8004`, or the same with http, https or wss */
  url: string
  documentId: string
  /** asked before each connection */
  token: () => Promise<string> | string
  /** a position to resume from, or `start` for the history that is kept; without it, what happens from now on */
  last?: string
  /**
   * Gets every message but the protocol's own, in the order of arrival. An error that it throws ends the
   * subscription.
   */
  onMessage(message: SubscriptionMessage): void
  /** Something may be missing before what comes next: read the present state by REST. */
  onReset?(reason: string): void
  onState?(state: SubscriptionState): void
  /** After each connection, once every message of the past has been passed to `onMessage`. */
  onCaughtUp?(): void
  signal?: AbortSignal
  backoff?: { firstMs: number; limitMs: number }
  /** for a token to be had, and for the connection to be established, milliseconds */
  connectMs?: number
  /** between signs of life; a connection that is silent for two of them is given up, milliseconds */
  pingMs?: number
  random?: () => number
}

export type SubscriptionState =
  | { kind: 'connecting' }
  | { kind: 'established'; resumed: boolean }
  /** the connection was lost or refused; the next try follows after `ms` */
  | { kind: 'waiting'; ms: number; reason: string }

export interface Subscription {
  /** where to go on from in another subscription; undefined before the first connection */
  position(): string | undefined
  /**
   * resolves after `close` or the signal; rejects when the service refuses this client (1008) or a handler
   * failed
   */
  closed: Promise<void>
  close(): void
}

/** The service refuses for good: a bad token or document id. */
export class SubscriptionRefused extends Error {}

/**
 * Follows a document over WebSocket. A lost connection is made again, with jittered backoff, and goes on from
 * the last position, so that `onMessage` sees each message once and in order, or `onReset` is called. It
 * drops nothing itself: once and in order is the service's promise.
 */
export function subscribe(options: SubscribeOptions): Subscription {
  const { firstMs, limitMs } = options.backoff ?? { firstMs: 100, limitMs: 10_000 }
  const random = options.random ?? Math.random
  const abort = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal
  const place: Place = { position: options.last }

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted;) {
      options.onState?.({ kind: 'connecting' })
      const ended = await connectOnce(options, place, signal)
      if (signal.aborted) return
      // A connection that was established and then closed with 1008 had a token that ran out: there may be a
      // new one.
      if (ended.refused && !ended.established) throw new SubscriptionRefused(ended.reason)
      failures = ended.established ? 0 : failures + 1
      const ms = Math.round(random() * Math.min(limitMs, firstMs * 2 ** Math.min(failures, 20)))
      options.onState?.({ kind: 'waiting', ms, reason: ended.reason })
      await delay(ms, undefined, { signal }).catch(() => {})
    }
  }

  const closed = run()
  closed.catch(() => {})
  return { position: () => place.position, closed, close: () => abort.abort() }
}

const CONNECT_MS = 10_000
/** between the pings that find out whether the past has been sent */
const CATCH_UP_PING_MS = 200

/** What goes from one connection to the next. */
interface Place {
  position: string | undefined
}

interface Ended {
  established: boolean
  refused: boolean
  reason: string
}

/** One connection, from its beginning to its end. Rejects only with what a handler threw. */
async function connectOnce(options: SubscribeOptions, place: Place, signal: AbortSignal): Promise<Ended> {
  let token: string
  try {
    token = await within(options.connectMs ?? CONNECT_MS, Promise.resolve(options.token()))
  } catch (error) {
    return { established: false, refused: false, reason: `no token: ${(error as Error).message}` }
  }
  if (signal.aborted) return { established: false, refused: false, reason: 'closed' }
  const { connectMs = CONNECT_MS, pingMs = 20_000 } = options
  const ws = new WebSocket(addressOf(options, token, place.position), {
    handshakeTimeout: connectMs,
    perMessageDeflate: false,
    maxPayload: 1024 * 1024,
    followRedirects: false,
  })

  return new Promise<Ended>((resolve, reject) => {
    let established = false
    let problem: string | undefined
    let failure: unknown
    let heardAt = performance.now()
    const end = (): void => {
      ws.close(1000)
      // A service that does not answer the close is not waited for.
      setTimeout(() => ws.terminate(), 1_000).unref()
    }
    const givenUp = (reason: string): void => {
      problem = reason
      ws.terminate()
    }
    const ping = (): void => {
      if (ws.readyState === WebSocket.OPEN) ws.send('{"type":"ping"}')
    }
    const life = setInterval(() => {
      if (performance.now() - heardAt > 2 * pingMs) return givenUp('the service went silent')
      ping()
    }, pingMs)
    const hello = setTimeout(() => givenUp('the service did not say hello'), 2 * connectMs)
    signal.addEventListener('abort', end, { once: true })
    let isCaughtUp = false
    // A pong has no position before the service has sent all messages of the past.
    const follow = ({ type, position }: SubscriptionMessage): void => {
      if (isCaughtUp || (type !== 'connection.established' && type !== 'pong')) return
      if (position === undefined) return void setTimeout(ping, type === 'pong' ? CATCH_UP_PING_MS : 0)
      isCaughtUp = true
      options.onCaughtUp?.()
    }

    ws.on('message', (data: Buffer) => {
      heardAt = performance.now()
      // After a close or a failed handler nothing is taken any more, or the position would run ahead.
      if (signal.aborted || failure !== undefined) return
      try {
        const message = JSON.parse(data.toString()) as SubscriptionMessage
        if (message.type === 'connection.established') {
          established = true
          clearTimeout(hello)
        }
        take(message, options, place)
        if (options.onCaughtUp) follow(message)
      } catch (error) {
        failure = error
        end()
      }
    })
    ws.on('unexpected-response', (_request, response) => {
      problem = `the service answered ${response.statusCode}`
      response.destroy()
      ws.terminate()
    })
    ws.on('error', (error) => (problem ??= error.message))
    ws.on('close', (code, reason) => {
      clearInterval(life)
      clearTimeout(hello)
      signal.removeEventListener('abort', end)
      if (failure !== undefined) return reject(failure as Error)
      const said = reason.toString()
      resolve({
        established,
        refused: code === 1008,
        reason: problem ?? (said === '' ? `closed with ${code}` : `closed with ${code}: ${said}`),
      })
    })
  })
}

function take(message: SubscriptionMessage, options: SubscribeOptions, place: Place): void {
  const { type, data } = message
  switch (type) {
    case 'connection.established':
      options.onState?.({ kind: 'established', resumed: data!['resumed'] === true })
      place.position = data!['position'] as string
      return
    case 'reset':
      options.onReset?.(data!['reason'] as string)
      place.position = data!['position'] as string
      return
    case 'pong':
    case 'error':
      break
    default:
      options.onMessage(message)
  }
  if (message.position !== undefined) place.position = message.position
}

function addressOf({ url, documentId }: SubscribeOptions, token: string, last: string | undefined): URL {
  const base = url.replace(/^http/, 'ws').replace(/\/+$/, '')
  const address = new URL(`${base}/ws/${encodeURIComponent(documentId)}`)
  address.searchParams.set('token', token)
  if (last !== undefined) address.searchParams.set('last', last)
  return address
}
