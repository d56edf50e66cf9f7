import { DomainError } from './errors.ts'
import type { Scope } from './scopes.ts'

/** A person, or a program that acts for one. */
export interface User {
  kind: 'user'
  /** the subject of a token, `ISSUER|SUBJECT` of one of an identity provider, the id of a person, or `key:ID` */
  id: string
  email: string
  admin: boolean
  /** may read everything */
  auditor?: boolean | undefined
  /** the names of the person's groups, each once, in order; at most MAX_GROUPS */
  groups?: readonly string[] | undefined
  /** what an API key may do; anything else may do everything that the user may */
  scopes?: readonly Scope[] | undefined
  /** of a browser that has logged in: SHA-256 of its cookie */
  session?: string | undefined
}

/** Who asks. Every use case gets one. */
export type Principal =
  | User
  /** no token, where authentication is open */
  | { kind: 'anonymous' }
  /** a role of the service itself, called directly or with a service token; never a client */
  | { kind: 'system'; name: string }

/** The signature role, which alone moves documents to `signed`. */
export const SIGNATURE_ROLE = { kind: 'system', name: 'signature' } as const satisfies Principal

/** False for a user who signs: only the role's own identity speaks for a signature. */
export const isSignatureRole = (principal: Principal): boolean =>
  principal.kind === SIGNATURE_ROLE.kind && principal.name === SIGNATURE_ROLE.name

/** What the id of a user begins with who is known by an API key; no token has such a subject. */
export const KEY_PREFIX = 'key:'

/** The id of a user who is known by a token of an identity provider; no other user has it. */
export const providerUserId = (issuer: string, subject: string): string => `${issuer}|${subject}`

/** @throws DomainError forbidden for a key without the scope */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.kind !== 'user' || principal.scopes === undefined || principal.scopes.includes(scope)) return
  throw new DomainError('forbidden', `this API key lacks the scope ${scope}`)
}

/** @throws DomainError forbidden; unauthenticated for one without a token */
export function requireAdmin(principal: Principal): void {
  requireScope(principal, 'admin')
  if (principal.kind === 'user' && principal.admin) return
  throw principal.kind === 'user'
    ? new DomainError('forbidden', 'administrator token required: this token lacks the claim admin')
    : new DomainError('unauthenticated', 'administrator token required')
}

/** What a use case knows of the request that it works for. */
export interface RequestContext {
  principal: Principal
  /** in every log line and answer (`X-Request-Id`) */
  requestId: string
  /** W3C Trace Context, version 00 */
  traceparent: string
  /** the client's address, from behind the trusted proxies */
  clientAddress: string
  /** the program that the client says it is */
  userAgent?: string | undefined
  /** aborted when the client is gone or the request's time is over */
  signal: AbortSignal
}

/** For the log: users by the subject of their token or by their key, never by their e-mail address. */
export const nameOf = (principal: Principal): string =>
  principal.kind === 'user'
    ? principal.id.startsWith(KEY_PREFIX)
      ? principal.id
      : `user:${principal.id}`
    : principal.kind === 'system'
      ? principal.name
      : 'anonymous'

/** A viewer is the authenticated user or else the client's address. */
export function viewerOf({ principal, clientAddress }: RequestContext): string {
  return principal.kind === 'user' ? `user:${principal.id}` : `address:${clientAddress}`
}
