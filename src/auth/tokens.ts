import { createSecretKey } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { DomainError } from '../domain/errors.ts'
import type { Principal } from '../domain/request.ts'
import type { Clock } from '../runtime/clock.ts'
import { isEmailAddress } from '../runtime/email-address.ts'

export interface TokenSettings {
  /** at least 32 bytes (RFC 7518, 3.2: as long as the hash) */
  secret: string
  issuer: string
  audience: string
  /** lifetime of a token in seconds */
  lifetime: number
}

type User = Extract<Principal, { kind: 'user' }>

/** JSON Web Tokens (RFC 7519), signed with HS256. */
export interface Tokens {
  sign(user: Omit<User, 'kind'>): string
  /** @throws DomainError unauthenticated, saying what is wrong with the token */
  verify(token: string): User
}

const claims = z.object({
  sub: z.string().min(1).max(255),
  email: z.string().refine(isEmailAddress),
  admin: z.boolean().default(false),
})

export function createTokens(settings: TokenSettings, clock: Clock): Tokens {
  if (Buffer.byteLength(settings.secret) < 32) throw new Error('the token secret must have at least 32 bytes')
  // Given a raw secret, jsonwebtoken creates a KeyObject in each call.
  const key = createSecretKey(Buffer.from(settings.secret))
  const { issuer, audience, lifetime } = settings
  const seconds = () => Math.floor(clock.now().getTime() / 1000)

  return {
    sign({ id, email, admin }) {
      const issued = seconds()
      const payload = { sub: id, email, ...(admin && { admin }), iat: issued, exp: issued + lifetime }
      return jwt.sign(payload, key, { algorithm: 'HS256', issuer, audience })
    },
    verify(token) {
      try {
        const payload = jwt.verify(token, key, {
          algorithms: ['HS256'],
          issuer,
          audience,
          clockTimestamp: seconds(),
        })
        const { sub, email, admin } = claims.parse(payload)
        return { kind: 'user', id: sub, email, admin }
      } catch (error) {
        const reason =
          error instanceof jwt.TokenExpiredError ? 'the token has expired' : 'the token is not valid'
        throw new DomainError('unauthenticated', reason, { cause: error })
      }
    },
  }
}
