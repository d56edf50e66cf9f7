import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { type Backoff, backoffMs, pause } from '../runtime/backoff.ts'
import { within } from '../runtime/within.ts'
import { errorOfResponse } from './problem.ts'

/** A message of the service. Messages about changes have a position. */
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
  /** called before each connection */
  token: () => Promise<string> | string
  /** a position to resume from, or `start` for the history that is kept; without it, what happens from now on */
  last?: string
  /** Receives every message except those of the protocol, in order. An error that it throws ends the subscription. */
  onMessage(message: SubscriptionMessage): void
  /** Events before the next message may be missing: read the current state over REST. */
  onReset?(reason: string): void
  onState?(state: SubscriptionState): void
  /** Called on each connection once every message of the past has been passed to `onMessage`. */
  onCaughtUp?(): void
  signal?: AbortSignal
  backoff?: Backoff
  /** timeout for the token and for the connection, milliseconds */
  connectMs?: number
  /** interval of pings; a connection without messages for two intervals is closed, milliseconds */
  pingMs?: number
}

export type SubscriptionState =
  | { kind: 'connecting' }
  | { kind: 'established'; resumed: boolean }
  /** the connection was lost or refused; the next attempt follows after `ms` */
  | { kind: 'waiting'; ms: number; reason: string }

export interface Subscription {
  /** where another subscription can resume; undefined before the first connection */
  position(): string | undefined
  /** resolves after `close` or the signal; rejects with SubscriptionRefused or with the error of a handler */
  closed: Promise<void>
  close(): void
}

/** The service refuses the client permanently: its token, the document's id or the position is not valid. */
export class SubscriptionRefused extends Error {}

const BACKOFF: Backoff = { firstMs: 100, limitMs: 10_000 }
const CONNECT_MS = 10_000
const PING_MS = 20_000
/** interval of the pings that find out whether the past has been sent */
const CATCH_UP_PING_MS = 200
/** for the service to answer a close */
const CLOSE_MS = 1_000
const MAX_MESSAGE_BYTES = 1024 * 1024
const MAX_PROBLEM_CHARS = 64 * 1024
/** Statuses of requests that are wrong, and will be the next time; others are worth another try. */
const PERMANENT = new Set([400, 401, 403, 404, 421, 422])

/**
 * Follows a document over WebSocket. A lost connection is established again, with backoff, and resumes from the last
 * position, so `onMessage` receives each message once and in order, or `onReset` is called. This client removes no
 * duplicates: the service guarantees that there are none.
 */
export function subscribe(options: SubscribeOptions): Subscription {
  const abort = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal
  const state: ResumeState = { position: options.last }

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted;) {
      options.onState?.({ kind: 'connecting' })
      const ended = await connectOnce(options, state, signal)
      if (signal.aborted) return
      // After an established connection, 1008 means that the token expired; the next token can be valid.
      if (ended.refused && !ended.established) throw new SubscriptionRefused(ended.reason)
      failures = ended.established ? 1 : failures + 1
      const ms = Math.round(backoffMs(failures, options.backoff ?? BACKOFF))
      options.onState?.({ kind: 'waiting', ms, reason: ended.reason })
      await pause(ms, signal)
    }
  }

  const closed = run()
  closed.catch(() => {})
  return { position: () => state.position, closed, close: () => abort.abort() }
}

/** What one connection passes on to the next. */
interface ResumeState {
  position: string | undefined
}

interface Ended {
  established: boolean
  refused: boolean
  reason: string
}

/** One connection, until it is closed. Rejects only with the error of a handler. */
async function connectOnce(
  options: SubscribeOptions,
  state: ResumeState,
  signal: AbortSignal,
): Promise<Ended> {
  const { connectMs = CONNECT_MS } = options
  let token: string
  try {
    token = await within(connectMs, Promise.resolve(options.token()))
  } catch (error) {
    return { established: false, refused: false, reason: `no token: ${(error as Error).message}` }
  }
  if (signal.aborted) return { established: false, refused: false, reason: 'closed' }
  const ws = new WebSocket(addressOf(options, state.position), {
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: connectMs,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    followRedirects: false,
  })
  return receiveAll(ws, options, state, signal)
}

/** Passes the messages of a connection on until it is closed. */
function receiveAll(
  ws: WebSocket,
  options: SubscribeOptions,
  state: ResumeState,
  signal: AbortSignal,
): Promise<Ended> {
  let established = false
  let problem: string | undefined
  let failure: { error: unknown } | undefined
  const close = (): void => {
    ws.close(1000)
    setTimeout(() => ws.terminate(), CLOSE_MS).unref()
  }
  const watch = watchConnection(ws, options, (reason) => {
    problem = reason
    ws.terminate()
  })
  const catchUp = createCatchUp(ws, options.onCaughtUp)
  signal.addEventListener('abort', close, { once: true })

  ws.on('message', (data: Buffer) => {
    // After a close or a failed handler nothing is processed, or the position would be too late.
    if (signal.aborted || failure) return
    try {
      const message = JSON.parse(data.toString()) as SubscriptionMessage
      watch.onMessage(message)
      established ||= message.type === 'connection.established'
      receive(message, options, state)
      catchUp(message)
    } catch (error) {
      failure = { error }
      close()
    }
  })
  let refused = false
  ws.on('unexpected-response', (_request, response) => {
    refused = PERMANENT.has(response.statusCode ?? 0)
    void reasonOf(response).then((reason) => {
      problem = reason
      ws.terminate()
    })
  })
  ws.on('error', (error) => (problem ??= error.message))
  return new Promise((resolve, reject) => {
    ws.on('close', (code, reason) => {
      watch.stop()
      signal.removeEventListener('abort', close)
      if (failure) return reject(failure.error as Error)
      const detail = reason.length === 0 ? '' : `: ${reason.toString()}`
      resolve({
        established,
        refused: refused || code === 1008,
        reason: problem ?? `closed with ${code}${detail}`,
      })
    })
  })
}

/** Sends pings, and reports a connection that is not established in time or receives nothing for two intervals. */
function watchConnection(
  ws: WebSocket,
  { connectMs = CONNECT_MS, pingMs = PING_MS }: SubscribeOptions,
  onProblem: (reason: string) => void,
) {
  let receivedAt = performance.now()
  const pings = setInterval(() => {
    if (performance.now() - receivedAt > 2 * pingMs) return onProblem('the service sent nothing')
    ping(ws)
  }, pingMs)
  const timeout = setTimeout(() => onProblem('the service did not confirm the subscription'), 2 * connectMs)
  return {
    onMessage({ type }: SubscriptionMessage) {
      receivedAt = performance.now()
      if (type === 'connection.established') clearTimeout(timeout)
    },
    stop() {
      clearInterval(pings)
      clearTimeout(timeout)
    },
  }
}

/** Finds out when the past has been sent: until then, the pongs of the service have no position. */
function createCatchUp(ws: WebSocket, onCaughtUp: (() => void) | undefined) {
  let isCaughtUp = onCaughtUp === undefined
  return ({ type, position }: SubscriptionMessage): void => {
    if (isCaughtUp) return
    if (type === 'connection.established') return ping(ws)
    if (type !== 'pong') return
    if (position === undefined) return void setTimeout(() => ping(ws), CATCH_UP_PING_MS)
    isCaughtUp = true
    onCaughtUp!()
  }
}

function ping(ws: WebSocket): void {
  if (ws.readyState === WebSocket.OPEN) ws.send('{"type":"ping"}')
}

function receive(message: SubscriptionMessage, options: SubscribeOptions, state: ResumeState): void {
  const { type, data } = message
  switch (type) {
    case 'connection.established':
      options.onState?.({ kind: 'established', resumed: data!['resumed'] === true })
      state.position = data!['position'] as string
      return
    case 'reset':
      options.onReset?.(data!['reason'] as string)
      state.position = data!['position'] as string
      return
    case 'pong':
    case 'error':
      break
    default:
      options.onMessage(message)
  }
  if (message.position !== undefined) state.position = message.position
}

/** Why the upgrade was refused; of a long answer its beginning. */
async function reasonOf(response: IncomingMessage): Promise<string> {
  response.setTimeout(CLOSE_MS, () => response.destroy())
  let text = ''
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk
      if (text.length > MAX_PROBLEM_CHARS) break
    }
  } catch {
    // What has arrived is good enough.
  }
  return errorOfResponse(response.statusCode!, text).message
}

function addressOf({ url, documentId }: SubscribeOptions, last: string | undefined): URL {
  const base = url.replace(/^http/, 'ws').replace(/\/+$/, '')
  const address = new URL(`${base}/ws/${encodeURIComponent(documentId)}`)
  if (last !== undefined) address.searchParams.set('last', last)
  return address
}
