import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import type { Tokens, VerifiedToken } from '../../auth/tokens.ts'
import { PROBLEMS, type ProblemCode, isProblem } from '../../domain/errors.ts'
import { canonicalUuid } from '../../domain/uuid.ts'
import type { Upgrade } from '../../http/listen.ts'
import type { RequestGuard } from '../../http/request-guard.ts'
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
  limits: WsLimits
  log: Logger
  metrics: WsMetrics | undefined
  newId: NewId
  addressOf: (request: IncomingMessage) => string
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

  const refusalFor = (documentId: string | undefined, address: string): string | undefined => {
    if (isDraining) return 'this server is stopping'
    if (connections.count() >= limits.connections) return 'too many connections'
    if (connections.countOf(address) >= limits.connectionsPerAddress)
      return 'too many connections of this address'
    if (documentId !== undefined && hub.countOf(documentId) >= limits.connectionsPerDocument)
      return 'too many connections for this document'
    return undefined
  }

  return {
    accepts: ({ headers, method, url }) =>
      method === 'GET' && headers.upgrade?.trim().toLowerCase() === 'websocket' && PATH.test(url ?? ''),
    handle(request, socket, head) {
      const [, name, query] = PATH.exec(request.url!)!
      socket.on('error', (error) => log.debug({ err: error }, 'WebSocket connection failed'))
      const documentId = canonicalUuid(name!)
      const address = options.addressOf(request)
      try {
        options.guard.checkUpgrade(request)
      } catch (error) {
        if (!isProblem(error)) throw error
        return refuse(socket, error.code, error.message)
      }
      const refusal = refusalFor(documentId, address)
      if (refusal !== undefined) return refuse(socket, 'unavailable', refusal)
      server.handleUpgrade(request, socket, head, (ws) => {
        connections.add(ws, address)
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

/** The open connections, with how many each address has. */
function trackConnections({ limits, log, metrics }: UpgradeOptions) {
  const open = new Map<WebSocket, string>()
  const byAddress = new Map<string, number>()
  let onEmpty: (() => void) | undefined
  return {
    count: () => open.size,
    countOf: (address: string) => byAddress.get(address) ?? 0,
    add(ws: WebSocket, address: string) {
      open.set(ws, address)
      byAddress.set(address, (byAddress.get(address) ?? 0) + 1)
      ws.on('error', (error) => log.debug({ err: error }, 'WebSocket connection failed'))
      ws.on('close', (code) => {
        open.delete(ws)
        const left = byAddress.get(address)! - 1
        if (left > 0) byAddress.set(address, left)
        else byAddress.delete(address)
        metrics?.closed.inc({ code: KNOWN_CODES.has(code) ? code : 'other' })
        if (open.size === 0) onEmpty?.()
      })
    },
    async closeAll() {
      if (open.size === 0) return
      const emptied = new Promise<void>((resolve) => (onEmpty = resolve))
      for (const ws of open.keys()) ws.close(CLOSE.goingAway, 'this server is stopping')
      const timer = setTimeout(() => open.forEach((_, ws) => ws.terminate()), limits.stopMs)
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
  { hub, tokens, limits, log, newId }: UpgradeOptions,
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

function refuse(socket: Duplex, problem: ProblemCode, reason: string): void {
  const status = PROBLEMS[problem].http
  const body = `${reason}\n`
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      (problem === 'unavailable' || problem === 'too-many-requests' ? 'Retry-After: 1\r\n' : '') +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  socket.once('finish', () => socket.destroy())
}
