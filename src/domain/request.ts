/** Who asks. Every use case gets one. */
export type Principal =
  | { kind: 'user'; id: string; email: string; admin: boolean }
  /** no token, where authentication is open */
  | { kind: 'anonymous' }
  /** the service itself: sweeper, import, seed */
  | { kind: 'system'; name: string }

/** What a use case knows of the request that it works for. */
export interface RequestContext {
  principal: Principal
  /** in every log line and answer (`X-Request-Id`) */
  requestId: string
  /** W3C Trace Context, version 00 */
  traceparent: string
  /** the client's address, from behind the trusted proxies */
  clientAddress: string
  /** aborted when the client is gone or the request's time is over */
  signal: AbortSignal
}

/** A viewer is the authenticated user or else the client's address. */
export function viewerOf({ principal, clientAddress }: RequestContext): string {
  return principal.kind === 'user' ? `user:${principal.id}` : `address:${clientAddress}`
}
