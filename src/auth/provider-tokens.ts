import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose'
import { isProblem } from '../domain/errors.ts'
import { providerUserId } from '../domain/request.ts'
import type { Clock } from '../runtime/clock.ts'
import { type ClaimRules, personOfClaims } from './provider-claims.ts'
import { checkHeader, checkLifetime, LEEWAY, readHeader, refused } from './token-rules.ts'
import type { VerifiedToken } from './tokens.ts'

export interface ProviderTokenSettings extends ClaimRules {
  issuer: string
  /** `aud` of tokens for docmgr */
  audience: string
  /** maximum lifetime of an accepted token in seconds */
  maxLifetime: number
}

/** JSON Web Tokens of an identity provider. */
export interface ProviderTokens {
  /** Whether a token is signed as only a provider signs; its key decides then, never docmgr's secret. */
  accepts(token: string): boolean
  /** @throws DomainError unauthenticated, saying what is wrong with the token; unavailable while its key cannot be read */
  verify(token: string): Promise<VerifiedToken>
}

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA']
/** As long as a subject of docmgr's own tokens. */
const MAX_NAME = 255

export function createProviderTokens(
  settings: ProviderTokenSettings,
  keyOf: JWTVerifyGetKey,
  clock: Clock,
): ProviderTokens {
  const { issuer, audience, maxLifetime } = settings
  return {
    accepts: (token) => ALGORITHMS.includes(String(readHeader(token).alg)),
    async verify(token) {
      checkHeader(token, ALGORITHMS)
      const currentDate = clock.now()
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        clockTolerance: LEEWAY,
        currentDate,
        requiredClaims: ['exp', 'sub'],
      }).catch((error: unknown) => {
        throw isProblem(error) ? error : refused(reasonOf(error), error)
      })
      const { sub, exp, iat } = payload
      if (typeof sub !== 'string' || sub === '') throw refused('sub is not valid')
      const id = providerUserId(issuer, sub)
      if (id.length > MAX_NAME) throw refused(`iss and sub have together more than ${MAX_NAME} characters`)
      const expiresAt = checkLifetime(
        { exp: exp!, iat },
        Math.floor(currentDate.getTime() / 1_000),
        maxLifetime,
      )
      return { user: { kind: 'user', id, ...personOf(payload, settings) }, expiresAt }
    },
  }
}

function personOf(payload: Record<string, unknown>, rules: ClaimRules) {
  try {
    const { email, groups, admin = false } = personOfClaims([payload], rules)
    return { email, admin, ...(groups.length > 0 && { groups }) }
  } catch (error) {
    throw refused((error as Error).message, error)
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired (exp)'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature does not match'
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return 'kid is missing, and several keys could be meant'
  if (error instanceof errors.JWTClaimValidationFailed) return reasonOfClaim(error)
  return 'it is not a signed JWT'
}

function reasonOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (reason === 'missing') return `${claim} is missing`
  if (reason === 'invalid') return `${claim} is not valid`
  if (claim === 'iss') return 'iss is another issuer'
  if (claim === 'aud') return 'aud is another audience'
  return claim === 'nbf' ? 'it is not valid yet (nbf)' : `${claim} is not accepted`
}
