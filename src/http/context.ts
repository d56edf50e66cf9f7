import type { IncomingMessage, ServerResponse } from 'node:http'
import proxyaddr from 'proxy-addr'
import type { Authenticator } from '../auth/authenticator.ts'
import type { Principal, RequestContext } from '../domain/request.ts'
import type { NewId } from '../runtime/ids.ts'
import { childTraceparent } from '../runtime/trace.ts'

const REQUEST_ID = /^[\w.:-]{1,128}$/

/** What the listener knows of a request before its endpoint is found. */
export interface HttpContext extends RequestContext {
  /** set by authentication */
  principal: Principal
}

export interface ContextOptions {
  authenticator: Authenticator
  newId: NewId
  /** addresses or networks (CIDR, or `loopback`, `linklocal`, `uniquelocal`) whose X-Forwarded-For is believed */
  trustedProxies: string[]
}

/**
 * Makes the contexts of a listener's requests. The principal is anonymous until the endpoint asks for more. Without the
 * response, the signal does not tell that the client is gone.
 */
export function createContexts({
  newId,
  trustedProxies,
}: ContextOptions): (request: IncomingMessage, response?: ServerResponse) => HttpContext {
  const clientAddress = createClientAddress(trustedProxies)

  return (request, response) => {
    const { headers } = request
    const givenId = headers['x-request-id']
    return new Context(
      request,
      response,
      typeof givenId === 'string' && REQUEST_ID.test(givenId) ? givenId : newId(),
      clientAddress(request),
    )
  }
}

const ANONYMOUS: Principal = { kind: 'anonymous' }

/** A class, because an object whose getter is made anew for each request costs several times as much. */
class Context implements HttpContext {
  principal = ANONYMOUS
  readonly requestId: string
  readonly clientAddress: string
  readonly #request: IncomingMessage
  readonly #response: ServerResponse | undefined
  #traceparent: string | undefined
  #abort: AbortController | undefined

  constructor(
    request: IncomingMessage,
    response: ServerResponse | undefined,
    requestId: string,
    clientAddress: string,
  ) {
    this.#request = request
    this.#response = response
    this.requestId = requestId
    this.clientAddress = clientAddress
  }

  // Made on demand: a read is traced by nobody after it.
  get traceparent(): string {
    return (this.#traceparent ??= childTraceparent(
      this.#request.headers['traceparent'] as string | undefined,
    ))
  }

  // Made on demand: most requests are over before anyone could abort them.
  get signal(): AbortSignal {
    if (!this.#abort) {
      const controller = (this.#abort = new AbortController())
      const response = this.#response
      if (this.#request.socket.destroyed) controller.abort()
      // Of the answer, not of the socket: that one may live for many requests.
      else response?.once('close', () => response.writableFinished || controller.abort())
    }
    return this.#abort.signal
  }
}

/** Finds the address of a request's client, from behind the trusted proxies. */
export function createClientAddress(trustedProxies: string[]): (request: IncomingMessage) => string {
  const trusted = trustedProxies.length > 0 ? proxyaddr.compile(trustedProxies) : undefined
  return (request) =>
    // Where nobody says whom it forwards for, there is nobody to trust.
    plainAddress(
      trusted && request.headers['x-forwarded-for'] !== undefined
        ? proxyaddr(request, trusted)
        : request.socket.remoteAddress,
    )
}

/** An IPv4 address that came through an IPv6 socket is still that IPv4 address. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return 'unknown'
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
