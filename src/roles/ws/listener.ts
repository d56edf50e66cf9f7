import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import type { Tokens } from '../../auth/tokens.ts'
import type { Principal } from '../../domain/request.ts'
import { canonicalUuid } from '../../domain/uuid.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Hub } from './hub.ts'
import type { WsLimits } from './limits.ts'
import type { WsMetrics } from './metrics.ts'
import { MAX_PLACE_CHARS, parsePlace } from './place.ts'
import { CLOSE, Subscriber } from './subscriber.ts'
import { expiryOf } from './token-expiry.ts'

export interface ListenerOptions {
  hub: Hub
  tokens: Tokens
  limits: WsLimits
  log: Logger
  metrics: WsMetrics | undefined
  newId: NewId
  addressOf: (request: IncomingMessage) => string
}

/** Turns upgrade requests into subscribers. */
export interface Listener {
  /** For an HTTP server's `upgrade`. False: not a path of this role. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** New connections are refused from now on. */
  drain(): void
  /** Closes every connection with 1001; those that do not answer in time are cut. */
  stop(): Promise<void>
}

/** Close codes that have a metric of their own; clients can send others. */
const KNOWN_CODES = new Set([1000, 1001, 1005, 1006, 1008, 1009, 1013])

export function createListener(options: ListenerOptions): Listener {
  const { hub, limits, log, metrics } = options
  // closeTimeout is newer than the package's types.
  const settings: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    closeTimeout: limits.closeMs,
  }
  const server = new WebSocketServer(settings)
  const open = new Map<WebSocket, string>()
  const byAddress = new Map<string, number>()
  let draining = false
  let onEmpty: (() => void) | undefined

  const track = (ws: WebSocket, address: string): void => {
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
  }

  const refusal = (documentId: string | undefined, address: string): string | undefined => {
    if (draining) return 'this server is stopping'
    if (open.size >= limits.connections) return 'too many connections'
    if ((byAddress.get(address) ?? 0) >= limits.connectionsPerAddress) {
      return 'too many connections of this address'
    }
    if (documentId !== undefined && hub.countOf(documentId) >= limits.connectionsPerDocument) {
      return 'too many connections for this document'
    }
    return undefined
  }

  return {
    upgrade(request, socket, head) {
      const [, name, query] = /^\/ws\/([^/?#]+)(?:\?([^#]*))?$/.exec(request.url ?? '') ?? []
      if (name === undefined) return false
      socket.on('error', (error) => log.debug({ err: error }, 'WebSocket connection failed'))
      const documentId = canonicalUuid(name)
      const address = options.addressOf(request)
      const refused = refusal(documentId, address)
      if (refused !== undefined) {
        refuse(socket, refused)
        return true
      }
      server.handleUpgrade(request, socket, head, (ws) => {
        track(ws, address)
        admit(ws, socket, documentId, new URLSearchParams(query), options)
      })
      return true
    },
    drain: () => void (draining = true),
    async stop() {
      draining = true
      if (open.size === 0) return
      const emptied = new Promise<void>((resolve) => (onEmpty = resolve))
      for (const ws of open.keys()) ws.close(CLOSE.goingAway, 'this server is stopping')
      const cut = setTimeout(() => open.forEach((_, ws) => ws.terminate()), limits.stopMs)
      await emptied
      clearTimeout(cut)
    },
  }
}

/** A browser sees the code and reason of a close, but not the status of a refused upgrade. */
function admit(
  ws: WebSocket,
  socket: Duplex,
  documentId: string | undefined,
  query: URLSearchParams,
  { hub, tokens, limits, log, newId }: ListenerOptions,
): void {
  const refuseWith = (reason: string): void => ws.close(CLOSE.policyViolation, reason)
  if (documentId === undefined) return refuseWith('the document id must be a UUID')
  const token = query.get('token')
  if (!token) return refuseWith('a token is needed: /ws/{document_id}?token=…')
  let principal: Principal
  try {
    principal = tokens.verify(token)
  } catch (error) {
    return refuseWith((error as Error).message.slice(0, 100))
  }
  const last = query.get('last') || undefined
  // A text that is too long is no position of any feed; neither is an empty one.
  const place = last === undefined ? undefined : parsePlace(last.length <= MAX_PLACE_CHARS ? last : '')
  const id = newId()
  const subscriber = new Subscriber(
    { id, documentId, principal, expiresAt: expiryOf(token), ws, socket, hub: hub.forSubscribers, limits },
    place,
  )
  hub.add(subscriber)
  log.debug({ connection: id, document: documentId, user: principal.id, last }, 'subscribed')
  ws.on('close', (code) => {
    hub.remove(subscriber)
    log.debug({ connection: id, document: documentId, code }, 'subscription ended')
  })
  void subscriber.start()
}

function refuse(socket: Duplex, reason: string): void {
  const body = `${reason}\n`
  socket.end(
    `HTTP/1.1 503 ${STATUS_CODES[503]}\r\nConnection: close\r\nRetry-After: 1\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  socket.once('finish', () => socket.destroy())
}
