/**
 * Who may send requests at all, before anything is read: protects a service without authentication against web pages that
 * the person at this machine visits (DNS rebinding, cross-site requests), and WebSockets against pages of other sites.
 */
import type { IncomingMessage } from 'node:http'
import { DomainError } from '../domain/errors.ts'

export interface GuardOptions {
  mode: 'open' | 'required'
  /** host names, beside those of this machine, under which an open service is reached */
  hosts: readonly string[]
  /** origins, such as https://docs.example.com, whose pages may act and open WebSockets */
  origins: readonly string[]
}

/** What a request says about its target and about the page that sent it. */
export interface Asked {
  /** the header Host, or `:authority` */
  host: string | undefined
  origin: string | undefined
  /** Sec-Fetch-Site (W3C Fetch Metadata) */
  site: string | undefined
}

export interface RequestGuard {
  /**
   * @param acts whether the request changes something, or mints a token
   * @throws DomainError malformed-request, misdirected-request, forbidden
   */
  check(request: IncomingMessage, acts: boolean): void
  /** In both modes: a browser sends Origin with every WebSocket, and no CORS rule restrains it. */
  checkUpgrade(request: IncomingMessage): void
  /** The same for a gRPC call, which always acts. */
  checkCall(asked: Asked): void
}

/** Names of this machine that no DNS server answers for. */
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]']
const HOST = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(?::\d{1,5})?$/i
/** The page is of the same origin, or there is none (an address that was typed in). */
const OWN_SITES = ['same-origin', 'none']
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

const isSafe = (method: string): boolean => SAFE_METHODS.has(method)

export function createRequestGuard({ mode, hosts, origins }: GuardOptions): RequestGuard {
  const names = new Set([...LOCAL_HOSTS, ...hosts].map((name) => name.toLowerCase()))
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()))

  const checkHost = (host: string | undefined): void => {
    if (host === undefined) throw badHost('is required')
    const name = HOST.exec(host)?.[1]
    if (name === undefined) throw badHost('must be a host name, with or without a port')
    if (mode === 'required' || names.has(name.toLowerCase())) return
    throw new DomainError(
      'misdirected-request',
      'header host: an open service answers to localhost, 127.0.0.1, [::1] and the names in http.hosts only',
    )
  }

  const checkPage = ({ host, origin, site }: Asked): void => {
    const isAllowed = origin !== undefined && allowed.has(origin.toLowerCase())
    if (isAllowed) return
    if (site !== undefined && !OWN_SITES.includes(site)) throw foreign('sec-fetch-site', 'another site')
    if (origin !== undefined && !isOwnOrigin(origin, host)) throw foreign('origin', 'another origin')
  }

  return {
    check(request, acts) {
      const asked = askedBy(request)
      checkHost(asked.host)
      if (mode === 'open' && (acts || !isSafe(request.method!))) checkPage(asked)
    },
    checkUpgrade(request) {
      const asked = askedBy(request)
      checkHost(asked.host)
      checkPage(asked)
    },
    checkCall(asked) {
      if (mode === 'required') return
      checkHost(asked.host)
      checkPage(asked)
    },
  }
}

/** @throws DomainError malformed-request when there are two targets (RFC 9112, 3.2) */
function askedBy({ headers, rawHeaders, url }: IncomingMessage): Asked {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  if (count > 1) throw badHost('must be sent once')
  const { host, origin } = headers
  // In the absolute form, the target says it again.
  if (!url!.startsWith('/') && url !== '*') {
    if (!URL.canParse(url!) || new URL(url!).host !== host?.toLowerCase())
      throw badHost("must be the target's")
  }
  return { host, origin, site: headers['sec-fetch-site'] as string | undefined }
}

/** Whether a page of this origin was loaded from this service. The scheme is unknown behind a proxy. */
export function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return /^https?:\/\//.test(origin) && URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
}

/** Whether a page is loaded from this machine, where browsers trust plain http. @param name of a URL's host */
export const isLoopbackName = (name: string): boolean =>
  LOCAL_HOSTS.includes(name) || name.startsWith('127.') || name.endsWith('.localhost')

const badHost = (rule: string): DomainError => new DomainError('malformed-request', `header host: ${rule}`)

const foreign = (header: string, what: string): DomainError =>
  new DomainError(
    'forbidden',
    `header ${header}: the request comes from a page of ${what}; http.origins lists those that may`,
  )
