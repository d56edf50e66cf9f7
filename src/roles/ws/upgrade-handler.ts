import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import type { Authenticator, Identity } from '../../auth/authenticator.ts'
import { DomainError, isProblem } from '../../domain/errors.ts'
import type { Limiter } from '../../domain/limits.ts'
import { refusedBy, type Refusals } from '../../domain/refusals.ts'
import type { Principal } from '../../domain/request.ts'
import type { Upgrade } from '../../http/listen.ts'
import { isOwnPage } from '../../http/own-page.ts'
import type { RequestGuard } from '../../http/request-guard.ts'
import type { RequestLimits } from '../../http/request-limits.ts'
import type { NewId } from '../../runtime/ids.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { Admission, Place } from './admission.ts'
import type { WsLimits } from './limits.ts'
import { type Credentials, signIn } from './sign-in.ts'
import type { Subscribe } from './subscribe.ts'
import { handshakeError, refuseUpgrade } from './refuse-upgrade.ts'
import { PROTOCOL } from './subprotocols.ts'
import type { Tickets } from './tickets.ts'
import { CLOSE } from './transport.ts'
import { createUpgradeAttempts, type UpgradeAttempts } from './upgrade-attempt.ts'
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
  refusals: Pick<Refusals, 'record'>
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
  const { clientLimits, log } = options
  const attempts = createUpgradeAttempts(options)
  const refuse: Refuse = (request, socket, error) => {
    const { requestId, usages } = attempts.of(request)
    if (!isProblem(error)) log.error({ err: error, requestId }, 'WebSocket upgrade failed')
    recordRefused(request, error)
    const headers = ['x-request-id', requestId, ...clientLimits.ofRequests.headersOf(usages, error)]
    const status = refuseUpgrade(request, socket, error, { requestId, headers })
    attempts.answered(request, { status, failed: status >= 500 })
  }
  /** Into the history of the document that the client has named. */
  const recordRefused: OnRefused = (request, error) => {
    const { documentId, principal, clientAddress } = attempts.of(request)
    const isRefused = refusedBy(error) !== undefined || isProblem(error, 'unauthenticated', 'forbidden')
    if (documentId === undefined || !isRefused) return
    const userAgent = request.headers['user-agent']
    options.refusals.record({ document: documentId }, 'read', { principal, clientAddress, userAgent })
  }
  const open = createOpening(options, attempts, refuse, recordRefused)
  return {
    accepts: ({ headers, method, url }) =>
      method === 'GET' && headers.upgrade?.trim().toLowerCase() === 'websocket' && WS_PATH.test(url ?? ''),
    handle(request, socket, head) {
      socket.on('error', (error) => log.debug({ err: error }, 'WebSocket connection failed'))
      open(request, socket, head).catch((error: unknown) => refuse(request, socket, error))
    },
  }
}

type Refuse = (request: IncomingMessage, socket: Duplex, error: unknown) => void
type OnRefused = (request: IncomingMessage, error: unknown) => void

/** @returns a function that throws DomainError for what is refused before the upgrade */
function createOpening(
  options: UpgradeOptions,
  attempts: UpgradeAttempts,
  refuse: Refuse,
  onRefused: OnRefused,
) {
  const { admission, subscribe, clientLimits, guard, isPosition } = options
  const upgrade = createUpgrade(options, attempts, refuse)
  return async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    guard.checkUpgrade(request)
    const attempt = attempts.of(request)
    const { clientAddress } = attempt
    clientLimits.ofRequests.countAddress(attempt)
    const asked = parseUpgrade(request, isPosition)
    attempt.documentId = asked.documentId
    // A cookie counts for pages of the service itself only, and not for those of http.origins.
    if (asked.credentials.cookie !== undefined && !isOwnPage(request)) delete asked.credentials.cookie
    const place = admission.take(clientAddress, asked.documentId)
    try {
      const identified = (principal: Principal): void => void (attempt.principal = principal)
      const identity = await identify(asked.credentials, { ...options, identified })
      if (identity instanceof DomainError) {
        onRefused(request, identity)
        const reason = identity.message.slice(0, 100)
        upgrade(request, socket, head, place, (transport) => {
          transport.close(CLOSE.policyViolation, reason)
          attempts.answered(request, { status: 101, closed: CLOSE.policyViolation })
          return () => {}
        })
      } else {
        clientLimits.ofRequests.countPrincipal(attempt)
        place.countFor(identity.principal)
        const admitted = await subscribe.admit(asked, identity)
        upgrade(request, socket, head, place, (transport) => {
          attempts.answered(request, { status: 101 })
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
  options: Parameters<typeof signIn>[1],
): Promise<Identity | DomainError> {
  try {
    const identity = await signIn(credentials, options)
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
function createUpgrade(
  { clientLimits, limits, log }: UpgradeOptions,
  attempts: UpgradeAttempts,
  refuse: Refuse,
) {
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
  server.on('headers', (lines, request) => {
    const { requestId, usages } = attempts.of(request)
    const headers = ['x-request-id', requestId, ...clientLimits.ofRequests.headersOf(usages)]
    for (let n = 0; n < headers.length; n += 2) lines.push(`${headers[n]}: ${headers[n + 1]}`)
  })
  server.on('wsClientError', (error, socket, request) => refuse(request, socket, handshakeError(error)))
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
