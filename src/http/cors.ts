/** CORS (WHATWG Fetch, 3.2): which web pages of other origins may read responses. */
import type { IncomingMessage } from 'node:http'

export interface Cors {
  /** Headers of every response to this request: names and values in turn. */
  headersOf(request: IncomingMessage): string[]
  /** Whether a page that may read responses asks what it may send. */
  isPreflight(request: IncomingMessage): boolean
  /**
   * Headers of the response to a preflight request, besides those of every response.
   * @param methods those of the path, separated by commas
   */
  preflightHeaders(request: IncomingMessage, methods: string): Record<string, string>
}

/** Seconds for which a browser keeps the response to a preflight request; Chromium keeps none longer. */
const MAX_AGE = 7200

/**
 * No page of another origin may send credentials of the browser: a session is for the service's own pages, and a token is
 * sent by the page itself.
 * Without credentials `*` names every header but Authorization.
 * @param origins the pages that may; with none, no response has a header of CORS
 */
export function createCors(origins: readonly string[]): Cors {
  const allowed = new Set(origins)
  const allows = ({ headers }: IncomingMessage): boolean =>
    headers.origin !== undefined && allowed.has(headers.origin)

  const isPreflight = (request: IncomingMessage): boolean =>
    allows(request) && request.headers['access-control-request-method'] !== undefined

  return {
    isPreflight,
    headersOf(request) {
      if (allowed.size === 0) return []
      const vary = ['vary', 'Origin']
      if (!allows(request)) return vary
      return [
        ...vary,
        'access-control-allow-origin',
        request.headers.origin!,
        'access-control-expose-headers',
        '*',
      ]
    },
    preflightHeaders(request, methods) {
      if (!isPreflight(request)) return {}
      return {
        'access-control-allow-methods': methods,
        'access-control-allow-headers': '*, Authorization',
        'access-control-max-age': String(MAX_AGE),
      }
    },
  }
}
