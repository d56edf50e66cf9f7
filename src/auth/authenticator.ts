import { DomainError } from '../domain/errors.ts'
import type { Principal } from '../domain/request.ts'
import type { Tokens } from './tokens.ts'

/** Who a request comes from, for REST, gRPC and WebSocket alike. */
export interface Authenticator {
  /** `open` lets requests without a token in as anonymous; a token that is given is checked all the same. */
  readonly mode: 'open' | 'required'
  readonly tokens: Tokens
  /**
   * @param authorization the `Authorization` header (RFC 6750: `Bearer …`)
   * @throws DomainError unauthenticated
   */
  authenticate(authorization: string | undefined): Principal
}

const ANONYMOUS: Principal = { kind: 'anonymous' }

export function createAuthenticator(mode: 'open' | 'required', tokens: Tokens): Authenticator {
  return {
    mode,
    tokens,
    authenticate(authorization) {
      if (authorization === undefined) {
        if (mode === 'open') return ANONYMOUS
        throw new DomainError('unauthenticated', 'header authorization: send `Bearer` and a token')
      }
      const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1]
      if (token === undefined)
        throw new DomainError('unauthenticated', 'header authorization: must be `Bearer` and a JWT')
      return tokens.verify(token)
    },
  }
}
