import { createHmac } from 'node:crypto'
import type { Principal, User } from '../domain/request.ts'
import type { Clock } from '../runtime/clock.ts'
import { createTokens, secretsOf, type TokenSettings } from './tokens.ts'

/** A role of the service itself, such as the signature role. */
export type ServicePrincipal = Extract<Principal, { kind: 'system' }>

/**
 * Tokens by which roles identify themselves to each other, in both modes. Their keys are derived from the token secret, so
 * that nothing that issues tokens to users can issue them, and no token of a user is one of them. A role that calls for a
 * user says so, and never as an administrator: what administrators do is done where their own token was checked. As a role
 * may read everything itself, one who may, may so through it.
 */
export interface ServiceTokens {
  /** value of the header Authorization: the scheme `Service`, or `Service-User` for a user, and a JWT */
  authorize(caller: ServicePrincipal | User): string
  /** Undefined for a value of another scheme. @throws DomainError unauthenticated */
  authenticate(authorization: string): ServicePrincipal | User | undefined
}

/** Whether a value of the header Authorization is meant as a role's. */
export const isServiceScheme = (authorization: string | undefined): boolean =>
  authorization !== undefined && SCHEME.test(authorization)

const SCHEME = /^Service(-User)? +(\S+)$/i
const LIFETIME_SECONDS = 300

export function createServiceTokens(settings: TokenSettings, clock: Clock): ServiceTokens {
  const tokensFor = (purpose: string) => {
    const [secret, secondSecret] = secretsOf(settings).map((one) =>
      createHmac('sha256', one).update(purpose).digest('base64url'),
    )
    return createTokens({ ...settings, secret: secret!, secondSecret, lifetime: LIFETIME_SECONDS }, clock)
  }
  const ofRoles = tokensFor('service tokens')
  const forUsers = tokensFor('calls of roles for users')
  return {
    authorize(caller) {
      if (caller.kind === 'user') {
        const auditor = caller.admin || caller.auditor === true
        return `Service-User ${forUsers.sign({ ...caller, admin: false, auditor })}`
      }
      const { name } = caller
      return `Service ${ofRoles.sign({ id: name, email: `${name}@docmgr.internal`, admin: false })}`
    },
    authenticate(authorization) {
      const [, isUser, token] = SCHEME.exec(authorization) ?? []
      if (token === undefined) return undefined
      if (isUser !== undefined) {
        const { user, session } = forUsers.verify(token)
        return { ...user, admin: false, ...(session !== undefined && { session }) }
      }
      return { kind: 'system', name: ofRoles.verify(token).user.id }
    },
  }
}
