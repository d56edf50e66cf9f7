import { createHmac } from 'node:crypto'
import type { Principal } from '../domain/request.ts'
import type { Clock } from '../runtime/clock.ts'
import { createTokens, type TokenSettings } from './tokens.ts'

/** A role of the service itself, such as the signature role. */
export type ServicePrincipal = Extract<Principal, { kind: 'system' }>

/**
 * Tokens by which roles identify themselves to each other, in both modes. Their key is derived from the token secret, so
 * that nothing that issues tokens to users can issue them, and no token of a user is one of them.
 */
export interface ServiceTokens {
  /** value of the header Authorization: the scheme `Service` and a JWT */
  authorize(role: ServicePrincipal): string
  /** Undefined for a value of another scheme. @throws DomainError unauthenticated */
  authenticate(authorization: string): ServicePrincipal | undefined
}

const LIFETIME_SECONDS = 300

export function createServiceTokens(settings: TokenSettings, clock: Clock): ServiceTokens {
  const secret = createHmac('sha256', settings.secret).update('service tokens').digest('base64url')
  const tokens = createTokens({ ...settings, secret, lifetime: LIFETIME_SECONDS }, clock)
  return {
    authorize({ name }) {
      return `Service ${tokens.sign({ id: name, email: `${name}@docmgr.internal`, admin: false })}`
    },
    authenticate(authorization) {
      const token = /^Service +(\S+)$/i.exec(authorization)?.[1]
      return token === undefined ? undefined : { kind: 'system', name: tokens.verify(token).user.id }
    },
  }
}
