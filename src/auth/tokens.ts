import { createHmac, createSecretKey } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { isGroupName, MAX_GROUPS } from '../domain/access.ts'
import type { User } from '../domain/request.ts'
import type { Clock } from '../runtime/clock.ts'
import { isEmailAddress, storedAddress } from '../runtime/email-address.ts'
import type { Soon } from '../runtime/soon.ts'
import { checkHeader, checkLifetime, LEEWAY, refused } from './token-rules.ts'

export interface TokenSettings {
  /** at least 32 bytes (RFC 7518, 3.2: as long as the hash) */
  secret: string
  /** another one whose tokens are accepted, too, while the secret is replaced */
  secondSecret?: string | undefined
  issuer: string
  audience: string
  /** lifetime of a new token in seconds */
  lifetime: number
  /** maximum lifetime of an accepted token in seconds; default: 30 days */
  maxLifetime?: number
}

export interface VerifiedToken {
  user: User
  /** when a connection that was opened with the token has to end, milliseconds since the epoch */
  expiresAt: number
}

/** What a token says. */
export type SignedUser = Pick<User, 'id' | 'email' | 'admin' | 'auditor' | 'groups'>

/** docmgr's own tokens, as a process uses them: with the secret (`Tokens`), or by the document role (`createAskedTokens`). */
export interface UserTokens {
  /** @throws DomainError unavailable, deadline-exceeded */
  sign(user: SignedUser): Soon<string>
  /** @throws DomainError unauthenticated, saying what is wrong with the token; unavailable, deadline-exceeded */
  verify(token: string): Soon<VerifiedToken>
}

/** JSON Web Tokens (RFC 7519), signed with HS256. */
export interface Tokens extends UserTokens {
  sign(user: SignedUser): string
  /**
   * @throws DomainError unauthenticated, saying what is wrong with the token. Of an unsigned token it tells nothing but
   * what is wrong with its header.
   */
  verify(token: string): VerifiedToken
  /** Keys for another purpose, one of each secret, that of new tokens first; no token is signed with them. */
  deriveKeys(purpose: string): Buffer[]
}

const DEFAULT_MAX_LIFETIME = 30 * 86_400
/** The names of a person's groups, from a claim: each once, in order. */
export const groupsClaim = z
  .array(z.string().refine(isGroupName))
  .max(MAX_GROUPS)
  .transform((names) => [...new Set(names)].sort())

const claims = z.object({
  sub: z.string().min(1).max(255),
  email: z.string().refine(isEmailAddress),
  admin: z.boolean().default(false),
  auditor: z.boolean().optional(),
  groups: groupsClaim.optional(),
  exp: z.number(),
  iat: z.number().optional(),
})

export function createTokens(settings: TokenSettings, clock: Clock): Tokens {
  const secrets = secretsOf(settings)
  if (secrets.some((secret) => Buffer.byteLength(secret) < 32))
    throw new Error('the token secret must have at least 32 bytes')
  // Given a raw secret, jsonwebtoken creates a KeyObject in each call.
  const keys = secrets.map((secret) => createSecretKey(Buffer.from(secret)))
  const { issuer, audience, lifetime, maxLifetime = DEFAULT_MAX_LIFETIME } = settings
  const seconds = () => Math.floor(clock.now().getTime() / 1000)

  return {
    sign({ id, email, admin, auditor = false, groups = [] }) {
      const issued = seconds()
      const roles = {
        ...(admin && { admin }),
        ...(auditor && { auditor }),
        ...(groups.length > 0 && { groups }),
      }
      const payload = { sub: id, email, ...roles, iat: issued, exp: issued + lifetime }
      return jwt.sign(payload, keys[0]!, { algorithm: 'HS256', issuer, audience })
    },
    verify(token) {
      checkHeader(token, ['HS256'])
      const now = seconds()
      const { sub, email, admin, auditor, groups, exp, iat } = parseClaims(
        signedPayload(token, keys, {
          algorithms: ['HS256'],
          issuer,
          audience,
          clockTimestamp: now,
          clockTolerance: LEEWAY,
        }),
      )
      return {
        user: {
          kind: 'user',
          id: sub,
          email: storedAddress(email),
          admin,
          ...(auditor && { auditor }),
          ...(groups && groups.length > 0 && { groups }),
        },
        expiresAt: checkLifetime({ exp, iat }, now, maxLifetime),
      }
    },
    deriveKeys: (purpose) => secrets.map((secret) => createHmac('sha256', secret).update(purpose).digest()),
  }
}

/** The secret that signs new tokens, and then another one whose tokens are accepted. */
const secretsOf = ({ secret, secondSecret }: Pick<TokenSettings, 'secret' | 'secondSecret'>): string[] =>
  secondSecret === undefined ? [secret] : [secret, secondSecret]

/** @param keys are tried in turn */
function signedPayload(
  token: string,
  [key, ...others]: readonly jwt.Secret[],
  options: jwt.VerifyOptions,
): unknown {
  try {
    return jwt.verify(token, key!, options)
  } catch (error) {
    if (others.length > 0 && (error as Error).message === BAD_SIGNATURE)
      return signedPayload(token, others, options)
    throw refused(reasonOf(error as Error), error)
  }
}

const BAD_SIGNATURE = 'invalid signature'

function parseClaims(payload: unknown): z.output<typeof claims> {
  const { success, data, error } = claims.safeParse(payload)
  if (success) return data
  const { path, code } = error.issues[0]!
  const name = String(path[0] ?? 'its payload')
  const isMissing = code === 'invalid_type' && !(name in ((payload ?? {}) as object))
  throw refused(`${name} ${isMissing ? 'is missing' : 'is not valid'}`, error)
}

function reasonOf(error: Error): string {
  if (error instanceof jwt.TokenExpiredError) return 'it has expired (exp)'
  if (error instanceof jwt.NotBeforeError) return 'it is not valid yet (nbf)'
  const [, claim] = /^jwt (issuer|audience) invalid/.exec(error.message) ?? []
  if (claim !== undefined) return claim === 'issuer' ? 'iss is another issuer' : 'aud is another audience'
  const [, name] = /^invalid (exp|nbf) value/.exec(error.message) ?? []
  if (name !== undefined) return `${name} is not a number`
  return error.message === BAD_SIGNATURE ? 'its signature does not match' : 'it is not a signed JWT'
}
