import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import type { Authenticator, Identity } from '../../auth/authenticator.ts'
import { DomainError, isProblem } from '../../domain/errors.ts'
import type { Limiter } from '../../domain/limits.ts'
import { requestIdOf } from '../../domain/request-id.ts'
import type { Upgrade } from '../../http/listen.ts'
import { problemResponse } from '../../http/problem-response.ts'
import { isOwnPage } from '../../http/own-page.ts'
import type { RequestGuard } from '../../http/request-guard.ts'
import type { RequestLimits } from '../../http/request-limits.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { Admission, Place } from './admission.ts'
import type { WsLimits } from './limits.ts'
import { type Credentials, signIn } from './sign-in.ts'
import type { Subscribe } from './subscribe.ts'
import { PROTOCOL } from './subprotocols.ts'
import type { Tickets } from './tickets.ts'
import { CLOSE } from './transport.ts'
import { parseUpgrade, WS_PATH } from './upgrade-request.ts'
import { WebSocketTransport } from './web-socket-transport.ts'

export interface UpgradeOptions {
  admission: Admission
  subscribe: Subscribe
  authenticator: Authenticator
  tickets: Tickets
  guard: RequestGuard
  clientLimits: ClientLimits
  limits: WsLimits
  isPosition: (text: string) => boolean
  log: Logger
  newId: NewId
  addressOf: (request: IncomingMessage) => string
}

/** Of each client; WsLimits are those of the process. */
export interface ClientLimits {
  limiter: Limiter
  ofRequests: RequestLimits
}

/**
 * Turns upgrade requests into subscribers. What is wrong with a request is answered before the upgrade, as over REST. Only
 * credentials that a page can send are refused by a close with 1008 after it, because browsers hide the status of a refused
 * upgrade, and the page has to learn that it needs others.
 */
export function createUpgradeHandler(options: UpgradeOptions): Upgrade {
  const { log, newId } = options
  const open = createOpening(options)
  return {
    accepts: ({ headers, method, url }) =>
      method === 'GET' && headers.upgrade?.trim().toLowerCase() === 'websocket' && WS_PATH.test(url ?? ''),
    handle(request, socket, head) {
      socket.on('error', (error) => log.debug({ err: error }, 'WebSocket connection failed'))
      open(request, socket, head).catch((error: unknown) => {
        const requestId = requestIdOf(request.headers['x-request-id'], newId)
        if (!isProblem(error)) log.error({ err: error, requestId }, 'WebSocket upgrade failed')
        refuse(request, socket, error, requestId)
      })
    },
  }
}

/** @returns a function that throws DomainError for what is refused before the upgrade */
function createOpening(options: UpgradeOptions) {
  const { admission, subscribe, clientLimits, guard, isPosition, addressOf } = options
  const upgrade = createUpgrade(options)
  return async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    guard.checkUpgrade(request)
    const clientAddress = addressOf(request)
    clientLimits.ofRequests.countAddress({ clientAddress, principal: { kind: 'anonymous' }, usages: [] })
    const asked = parseUpgrade(request, isPosition)
    // A cookie counts for pages of the service itself only, and not for those of http.origins.
    if (asked.credentials.cookie !== undefined && !isOwnPage(request)) delete asked.credentials.cookie
    const place = admission.take(clientAddress, asked.documentId)
    try {
      const identity = await identify(asked.credentials, options)
      if (identity instanceof DomainError) {
        const reason = identity.message.slice(0, 100)
        upgrade(request, socket, head, place, (transport) => {
          transport.close(CLOSE.policyViolation, reason)
          return () => {}
        })
      } else {
        place.countFor(identity.principal)
        const admitted = await subscribe.admit(asked, identity)
        upgrade(request, socket, head, place, (transport) => {
          const subscriber = admitted.start(transport)
          return (text) => subscriber.answer(text)
        })
      }
    } finally {
      // Also after a handshake that `ws` refused itself.
      place.release()
    }
  }
}

/** @returns why the credentials of a page are refused. @throws DomainError for those of other programs, and unavailable */
async function identify(
  credentials: Credentials,
  { authenticator, tickets }: Pick<UpgradeOptions, 'authenticator' | 'tickets'>,
): Promise<Identity | DomainError> {
  try {
    const identity = await signIn(credentials, { authenticator, tickets })
    if (identity) return identity
    const ways = 'header authorization, subprotocol bearer.TOKEN, ?ticket=… or ?token=…'
    return new DomainError('unauthenticated', `a token is required: ${ways}`)
  } catch (error) {
    if (credentials.authorization || !isProblem(error, 'unauthenticated', 'forbidden')) throw error
    return error
  }
}

type OnText = (text: string | undefined) => void

/** Completes handshakes. */
function createUpgrade({ limits, log }: UpgradeOptions) {
  // closeTimeout is missing in the types of the package.
  const settings: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    closeTimeout: limits.closeMs,
    handleProtocols: (offered) => offered.has(PROTOCOL) && PROTOCOL,
  }
  const server = new WebSocketServer(settings)
  return (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    place: Place,
    start: (transport: WebSocketTransport) => OnText,
  ): void => {
    server.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      ws.on('error', (error) => log.debug({ err: error }, 'WebSocket connection failed'))
      const transport = new WebSocketTransport(ws, socket, limits, (text) => onText(text))
      place.keepFor(transport)
      const onText = start(transport)
    })
  }
}

function refuse(request: IncomingMessage, socket: Duplex, error: unknown, requestId: string): void {
  const { status, headers, text = '' } = problemResponse(request, error, requestId)
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(text), connection: 'close' })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nx-request-id: ${requestId}\r\n${head}\r\n${text}`)
  socket.once('finish', () => socket.destroy())
}
