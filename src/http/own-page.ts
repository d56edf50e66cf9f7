import type { IncomingMessage } from 'node:http'
import { DomainError } from '../domain/errors.ts'
import { isLoopbackName, isOwnOrigin } from './request-guard.ts'

/**
 * Whether a request was sent by a page of this service, or by no page: a browser says so in Sec-Fetch-Site, and over plain
 * http in Origin only.
 */
export function isOwnPage({ headers }: IncomingMessage): boolean {
  const { host, origin, 'sec-fetch-site': site } = headers
  if (site !== undefined) return site === 'same-origin'
  return origin === undefined || isOwnOrigin(origin, host)
}

/** Before something is done by a session cookie, which a browser sends by itself. @throws DomainError forbidden */
export function requireOwnPage(request: IncomingMessage): void {
  if (isOwnPage(request)) return
  throw new DomainError('forbidden', 'a session is only for requests of pages of this service itself')
}

/** Before a session begins. @throws DomainError forbidden where the browser would not keep its cookie */
export function requireKeptCookie({ headers: { origin } }: IncomingMessage): void {
  if (!origin?.startsWith('http://') || !URL.canParse(origin)) return
  if (isLoopbackName(new URL(origin).hostname)) return
  const rule = 'open the page by https, or as localhost on the machine itself'
  throw new DomainError('forbidden', `browsers keep no session over plain http: ${rule}`)
}
