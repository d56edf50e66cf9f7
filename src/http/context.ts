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
    const givenId = request.headers['x-request-id']
    let abort: AbortController | undefined
    return {
      principal: { kind: 'anonymous' },
      requestId: typeof givenId === 'string' && REQUEST_ID.test(givenId) ? givenId : newId(),
      traceparent: childTraceparent(request.headers['traceparent'] as string | undefined),
      clientAddress: clientAddress(request),
      // Made on demand: most requests are over before anyone could abort them.
      get signal() {
        if (!abort) {
          const controller = (abort = new AbortController())
          if (request.socket.destroyed) controller.abort()
          // Of the answer, not of the socket: that one may live for many requests.
          else response?.once('close', () => response.writableFinished || controller.abort())
        }
        return abort.signal
      },
    }
  }
}

/** Finds the address of a request's client, from behind the trusted proxies. */
export function createClientAddress(trustedProxies: string[]): (request: IncomingMessage) => string {
  if (trustedProxies.length === 0) return (request) => plainAddress(request.socket.remoteAddress)
  const trusted = proxyaddr.compile(trustedProxies)
  return (request) => plainAddress(proxyaddr(request, trusted))
}

/** An IPv4 address that came through an IPv6 socket is still that IPv4 address. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return 'unknown'
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
