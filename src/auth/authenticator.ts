import { DomainError } from '../domain/errors.ts'
import type { Principal } from '../domain/request.ts'
import type { ServiceTokens } from './service-tokens.ts'
import type { Tokens } from './tokens.ts'

/** Who makes a request, and for how long a connection that begins with it may last. */
export interface Identity {
  principal: Principal
  /** Unix time in milliseconds; Infinity where there is no token */
  expiresAt: number
}

/** Authenticates requests over REST, gRPC and WebSocket. */
export interface Authenticator {
  /** `open` accepts requests without a token as anonymous; a token that is sent is checked. */
  readonly mode: 'open' | 'required'
  readonly tokens: Tokens
  readonly serviceTokens: ServiceTokens
  /**
   * @param authorization the `Authorization` header (RFC 6750: `Bearer …`)
   * @throws DomainError unauthenticated
   */
  authenticate(authorization: string | undefined): Principal
  /** The same, with the end of the token. @throws DomainError unauthenticated */
  identify(authorization: string | undefined): Identity
  /** Of a call over gRPC or Connect, which also a role of the service can make. @throws DomainError unauthenticated */
  authenticateCall(authorization: string | undefined): Principal
}

const ANONYMOUS: Identity = { principal: { kind: 'anonymous' }, expiresAt: Infinity }

export function createAuthenticator(
  mode: 'open' | 'required',
  tokens: Tokens,
  serviceTokens: ServiceTokens,
): Authenticator {
  const identify = (authorization: string | undefined): Identity => {
    if (authorization === undefined) {
      if (mode === 'open') return ANONYMOUS
      throw new DomainError('unauthenticated', 'header authorization: must be `Bearer` and a token')
    }
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1]
    if (token === undefined)
      throw new DomainError('unauthenticated', 'header authorization: must be `Bearer` and a JWT')
    const { user, expiresAt } = tokens.verify(token)
    return { principal: user, expiresAt }
  }
  const authenticate = (authorization: string | undefined): Principal => identify(authorization).principal
  return {
    mode,
    tokens,
    serviceTokens,
    authenticate,
    identify,
    authenticateCall(authorization) {
      const role = authorization === undefined ? undefined : serviceTokens.authenticate(authorization)
      return role ?? authenticate(authorization)
    },
  }
}
