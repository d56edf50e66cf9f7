import { createHmac, type KeyObject } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import { DomainError } from '../domain/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import { ed25519KeyId, ed25519PrivateKey, ed25519PublicKey } from '../runtime/ed25519.ts'
import { LEEWAY, refused } from './token-rules.ts'

/** The keys of one process. */
export interface ServiceKeys {
  /** private, of its own roles; undefined: it calls no other role */
  key?: string | undefined
  /** `ROLE:KEY`, public, of the roles that may call it */
  keys: readonly string[]
}

/**
 * Tokens by which roles identify themselves to each other, in both modes: JWTs (EdDSA) with the key of the process. No
 * process has the private key of another one's roles, and which roles a key stands for is decided where the token is checked.
 */
export interface ServiceTokens {
  /** Value of the header Authorization. @throws DomainError unavailable where the process has no key */
  authorize(): Promise<string>
  /** @returns the roles of the caller. @throws DomainError unauthenticated, saying what is wrong with the token */
  authenticate(authorization: string): Promise<readonly string[]>
  /** Keys for another purpose, the same in each process with this private key; none where there is none. */
  deriveKeys(purpose: string): Buffer[]
}

/** Whether a value of the header Authorization is meant as a role's. */
export const isServiceScheme = (authorization: string | undefined): boolean =>
  authorization !== undefined && SCHEME.test(authorization)

const SCHEME = /^Service( |$)/i
const TOKEN = /^Service +([\w-]+\.[\w-]+\.[\w-]+)$/i
/** No token of a user or of an identity provider has these. */
const AUDIENCE = 'docmgr-services'
const TYPE = 'docmgr-service+jwt'
/** seconds */
const LIFETIME = 300
/** seconds; each process that checks a token verifies its signature once */
const RENEWED = 150
const MAX_VERIFIED = 1_000

export function createServiceTokens({ key, keys }: ServiceKeys, clock: Clock): ServiceTokens {
  const own = key === undefined ? undefined : ed25519PrivateKey(key)
  const callers = callersOf(keys)
  const verified = new LRUCache<string, { roles: readonly string[]; until: number }>({ max: MAX_VERIFIED })
  const seconds = () => Math.floor(clock.now().getTime() / 1_000)
  let current: { value: string; issuedAt: number } | undefined

  return {
    deriveKeys(purpose) {
      if (!own) return []
      const secret = own.export({ format: 'der', type: 'pkcs8' })
      return [createHmac('sha256', secret).update(purpose).digest()]
    },
    async authorize() {
      const now = seconds()
      // A clock that ran ahead and was set back has made a token that nobody accepts.
      if (current && now >= current.issuedAt && now < current.issuedAt + RENEWED) return current.value
      if (!own) {
        const rule = 'set auth.services.key to the private key of its roles'
        throw new DomainError('unavailable', `this process cannot call the document role: ${rule}`)
      }
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'EdDSA', kid: ed25519KeyId(own), typ: TYPE })
        .setAudience(AUDIENCE)
        .setIssuedAt(now)
        .setExpirationTime(now + LIFETIME)
        .sign(own)
      current = { value: `Service ${token}`, issuedAt: now }
      return current.value
    },
    async authenticate(authorization) {
      const token = TOKEN.exec(authorization)?.[1]
      if (token === undefined) throw refused('it must be `Service` and a JWT')
      const now = seconds()
      const known = verified.get(token)
      if (known && now <= known.until) return known.roles
      const { kid, exp, iat } = await verify(token, callers, clock)
      if (iat > now + LEEWAY) throw refused('iat is in the future')
      if (exp - iat > LIFETIME) throw refused(`a token of a role is valid for at most ${LIFETIME} seconds`)
      const { roles } = callers.get(kid)!
      verified.set(token, { roles, until: exp + LEEWAY })
      return roles
    },
  }
}

type Callers = ReadonlyMap<string, { key: KeyObject; roles: readonly string[] }>

/** By the id of the key. */
function callersOf(keys: readonly string[]): Callers {
  const callers = new Map<string, { key: KeyObject; roles: string[] }>()
  for (const entry of keys) {
    const [role, text] = entry.split(':') as [string, string]
    const key = ed25519PublicKey(text)
    if (!key) throw new Error(`auth.services.keys: the key of ${role} is no Ed25519 public key`)
    const id = ed25519KeyId(key)
    callers.set(id, { key, roles: [...(callers.get(id)?.roles ?? []), role] })
  }
  return callers
}

async function verify(
  token: string,
  callers: Callers,
  clock: Clock,
): Promise<{ kid: string; exp: number; iat: number }> {
  try {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      ({ kid }) => {
        const caller = callers.get(kid ?? '')
        if (!caller) throw refused('kid names no key of a role')
        return caller.key
      },
      {
        algorithms: ['EdDSA'],
        audience: AUDIENCE,
        typ: TYPE,
        clockTolerance: LEEWAY,
        currentDate: clock.now(),
        requiredClaims: ['exp', 'iat'],
      },
    )
    return { kid: protectedHeader.kid!, exp: payload.exp!, iat: payload.iat! }
  } catch (error) {
    throw error instanceof DomainError ? error : refused(reasonOf(error), error)
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired (exp)'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature does not match'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'alg must be EdDSA'
  if (error instanceof errors.JWTClaimValidationFailed) return `${error.claim} is not that of a role's token`
  return 'it is not a signed JWT'
}
