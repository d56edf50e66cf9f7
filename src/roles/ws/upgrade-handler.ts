import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import type { Tokens, VerifiedToken } from '../../auth/tokens.ts'
import { DomainError, PROBLEMS, isProblem } from '../../domain/errors.ts'
import { type Limiter, TooManyRequests } from '../../domain/limits.ts'
import { canonicalUuid } from '../../domain/uuid.ts'
import type { Upgrade } from '../../http/listen.ts'
import type { RequestGuard } from '../../http/request-guard.ts'
import type { RequestLimits } from '../../http/request-limits.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import { CLOSE } from './connection.ts'
import type { Hub } from './hub.ts'
import type { WsLimits } from './limits.ts'
import type { WsMetrics } from './metrics.ts'
import { MAX_RESUME_POINT_CHARS, parseResumePoint } from './resume-point.ts'
import { Subscriber } from './subscriber.ts'

export interface UpgradeOptions {
  hub: Hub
  tokens: Tokens
  guard: RequestGuard
  clientLimits: ClientLimits
  limits: WsLimits
  log: Logger
  metrics: WsMetrics | undefined
  newId: NewId
  addressOf: (request: IncomingMessage) => string
}

/** Of each client; WsLimits are those of the process. */
export interface ClientLimits {
  limiter: Limiter
  ofRequests: RequestLimits
}

/** Turns upgrade requests into subscribers. */
export interface UpgradeHandler extends Upgrade {
  /** New connections are refused from now on. */
  drain(): void
  /** Closes every connection with 1001, and terminates those that do not answer in time. */
  stop(): Promise<void>
}

const PATH = /^\/ws\/([^/?#]+)(?:\?([^#]*))?$/
/** Close codes with a label of their own in the metrics; clients can send others. */
const KNOWN_CODES = new Set([1000, 1001, 1005, 1006, 1008, 1009, 1013])

export function createUpgradeHandler(options: UpgradeOptions): UpgradeHandler {
  const { hub, limits, log } = options
  // closeTimeout is missing in the types of the package.
  const settings: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    closeTimeout: limits.closeMs,
  }
  const server = new WebSocketServer(settings)
  const connections = trackConnections(options)
  let isDraining = false

  const checkCapacity = (documentId: string | undefined): void => {
    const reason = isDraining
      ? 'this server is stopping'
      : connections.count() >= limits.connections
        ? 'too many connections'
        : documentId !== undefined && hub.countOf(documentId) >= limits.connectionsPerDocument
          ? 'too many connections for this document'
          : undefined
    if (reason !== undefined) throw new DomainError('unavailable', reason)
  }

  return {
    accepts: ({ headers, method, url }) =>
      method === 'GET' && headers.upgrade?.trim().toLowerCase() === 'websocket' && PATH.test(url ?? ''),
    handle(request, socket, head) {
      const [, name, query] = PATH.exec(request.url!)!
      socket.on('error', (error) => log.debug({ err: error }, 'WebSocket connection failed'))
      const documentId = canonicalUuid(name!)
      const clientAddress = options.addressOf(request)
      const { guard, clientLimits } = options
      let release: () => void
      try {
        guard.checkUpgrade(request)
        clientLimits.ofRequests.countAddress({ clientAddress, principal: { kind: 'anonymous' }, usages: [] })
        checkCapacity(documentId)
        release = clientLimits.limiter.hold('sockets', 'address', clientAddress)
      } catch (error) {
        if (!isProblem(error)) throw error
        return refuse(socket, error)
      }
      socket.once('close', release)
      server.handleUpgrade(request, socket, head, (ws) => {
        connections.add(ws)
        subscribe(ws, socket, documentId, new URLSearchParams(query), options)
      })
    },
    drain: () => void (isDraining = true),
    async stop() {
      isDraining = true
      await connections.closeAll()
    },
  }
}

function trackConnections({ limits, log, metrics }: UpgradeOptions) {
  const open = new Set<WebSocket>()
  let onEmpty: (() => void) | undefined
  return {
    count: () => open.size,
    add(ws: WebSocket) {
      open.add(ws)
      ws.on('error', (error) => log.debug({ err: error }, 'WebSocket connection failed'))
      ws.on('close', (code) => {
        open.delete(ws)
        metrics?.closed.inc({ code: KNOWN_CODES.has(code) ? code : 'other' })
        if (open.size === 0) onEmpty?.()
      })
    },
    async closeAll() {
      if (open.size === 0) return
      const emptied = new Promise<void>((resolve) => (onEmpty = resolve))
      for (const ws of open) ws.close(CLOSE.goingAway, 'this server is stopping')
      const timer = setTimeout(() => open.forEach((ws) => ws.terminate()), limits.stopMs)
      await emptied
      clearTimeout(timer)
    },
  }
}

/** Problems are reported by a close, because a browser does not show the status of a refused upgrade. */
function subscribe(
  ws: WebSocket,
  socket: Duplex,
  documentId: string | undefined,
  query: URLSearchParams,
  { clientLimits, hub, tokens, limits, log, newId }: UpgradeOptions,
): void {
  const refuseWith = (reason: string): void => ws.close(CLOSE.policyViolation, reason)
  if (documentId === undefined) return refuseWith('the document id must be a UUID')
  const token = query.get('token')
  if (!token) return refuseWith('a token is required: /ws/{document_id}?token=…')
  let verified: VerifiedToken
  try {
    verified = tokens.verify(token)
  } catch (error) {
    return refuseWith((error as Error).message.slice(0, 100))
  }
  try {
    ws.once('close', clientLimits.limiter.hold('sockets', 'principal', verified.user.id))
  } catch (error) {
    return ws.close(CLOSE.tryAgainLater, (error as Error).message.slice(0, 100))
  }
  const last = query.get('last') || undefined
  // Neither a longer text nor an empty one is a position of any feed.
  const from = last && parseResumePoint(last.length <= MAX_RESUME_POINT_CHARS ? last : '')
  const id = newId()
  const subscriber = new Subscriber(
    { id, documentId, expiresAt: verified.expiresAt, ws, socket, hub: hub.forSubscribers, limits },
    from || undefined,
  )
  hub.add(subscriber)
  log.debug({ connection: id, document: documentId, user: verified.user.id, last }, 'subscribed')
  ws.on('close', (code) => {
    hub.remove(subscriber)
    log.debug({ connection: id, document: documentId, code }, 'subscription ended')
  })
  void subscriber.start()
}

function refuse(socket: Duplex, error: DomainError): void {
  const { code, message } = error
  const status = PROBLEMS[code].http
  const body = `${message}\n`
  const retryAfter =
    error instanceof TooManyRequests ? error.retryAfter : code === 'unavailable' ? 1 : undefined
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      (retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`) +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  socket.once('finish', () => socket.destroy())
}
