import type { IncomingMessage, ServerResponse } from 'node:http'
import proxyaddr from 'proxy-addr'
import type { Authenticator } from '../auth/authenticator.ts'
import type { Usage } from '../domain/limits.ts'
import { requestIdOf } from '../domain/request-id.ts'
import type { Principal, RequestContext } from '../domain/request.ts'
import type { NewId } from '../runtime/ids.ts'
import { childTraceparent } from '../runtime/trace.ts'
import { addressWithoutPort, peerAddress } from './peer-address.ts'

/** The context of a request before its endpoint is found. */
export interface HttpContext extends RequestContext {
  /** set by authentication */
  principal: Principal
  /** what was counted for it, of the limits of its client */
  readonly usages: Usage[]
}

export interface ContextOptions {
  authenticator: Authenticator
  newId: NewId
  /** addresses or networks (CIDR, or `loopback`, `linklocal`, `uniquelocal`) whose X-Forwarded-For is trusted */
  trustedProxies: string[]
}

/**
 * Makes the contexts of requests. The principal is anonymous until authentication. Without the response, the signal does
 * not abort when the client disconnects.
 */
export function createContexts({
  newId,
  trustedProxies,
}: ContextOptions): (request: IncomingMessage, response?: ServerResponse) => HttpContext {
  const clientAddress = createClientAddress(trustedProxies)

  return (request, response) => {
    const requestId = requestIdOf(request.headers['x-request-id'], newId)
    return new Context(request, response, requestId, clientAddress(request))
  }
}

const ANONYMOUS: Principal = { kind: 'anonymous' }

/** A class, because object literals with getters cost several times as much for each request. */
class Context implements HttpContext {
  principal = ANONYMOUS
  readonly usages: Usage[] = []
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

  get userAgent(): string | undefined {
    return this.#request.headers['user-agent']
  }

  // Lazy: most reads do not use it.
  get traceparent(): string {
    return (this.#traceparent ??= childTraceparent(
      this.#request.headers['traceparent'] as string | undefined,
    ))
  }

  // Lazy: most requests end before they could be aborted.
  get signal(): AbortSignal {
    if (!this.#abort) {
      const controller = (this.#abort = new AbortController())
      const response = this.#response
      if (this.#request.socket.destroyed) controller.abort()
      // Not of the socket, which can live for many requests.
      else response?.once('close', () => response.writableFinished || controller.abort())
    }
    return this.#abort.signal
  }
}

/** What tells where a request comes from: one of HTTP, or the like of a gRPC call. */
interface Sent {
  headers: IncomingMessage['headers']
  socket: { remoteAddress?: string | undefined }
}

/**
 * Finds the address of a request's client, behind the trusted proxies: `unknown` where those give none, such as a name. A
 * text of the client's own choice must not become evidence, or a count of its own.
 */
export function createClientAddress(trustedProxies: string[]): (request: Sent) => string {
  const trusted = trustedProxies.length > 0 ? proxyaddr.compile(trustedProxies) : undefined
  return (request) => {
    // Without X-Forwarded-For, use the peer address.
    const isForwarded = trusted && request.headers['x-forwarded-for'] !== undefined
    return peerAddress(
      // Some proxies add the port, too.
      isForwarded
        ? addressWithoutPort(proxyaddr(request as IncomingMessage, trusted))
        : request.socket.remoteAddress,
    )
  }
}
