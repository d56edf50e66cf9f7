import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { DomainError, isProblem } from '../domain/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Soon } from '../runtime/soon.ts'
import type { IdentitySource } from './identity-source.ts'
import { checkHeader, refused } from './token-rules.ts'
import type { UserTokens, VerifiedToken } from './tokens.ts'

/** Times in milliseconds. */
export interface AskedTokenLimits {
  /** how long an answer counts, also a refusal */
  kept: number
  /** while the document role is away, it is not asked again about verified tokens for this time */
  retry: number
  /** tokens that are kept at most */
  verified: number
  /** apart, so that made-up tokens push no verified one out */
  refused: number
}

const LIMITS: AskedTokenLimits = { kept: 20_000, retry: 5_000, verified: 10_000, refused: 1_000 }
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * docmgr's own tokens in a process without the secret: the document role checks each once in 20 s. What it has verified
 * counts until the token expires while that role is away.
 * @param limits for tests
 */
export function createAskedTokens(
  source: Pick<IdentitySource, 'verifyToken' | 'signToken'>,
  clock: Clock,
  limits: Partial<AskedTokenLimits> = {},
): UserTokens {
  const { kept, retry, ...most } = { ...LIMITS, ...limits }
  const verified = new LRUCache<string, { token: VerifiedToken; askAgainAt: number }>({ max: most.verified })
  const refusals = new LRUCache<string, string>({ max: most.refused, ttl: kept })
  const asking = new Map<string, Promise<VerifiedToken>>()
  let awayUntil = -Infinity

  const knownOf = (hash: string) => {
    const known = verified.get(hash)
    return known && clock.now().getTime() < known.token.expiresAt ? known : undefined
  }
  async function ask(hash: string, text: string): Promise<VerifiedToken> {
    try {
      const token = await source.verifyToken(text)
      verified.set(hash, { token, askAgainAt: performance.now() + kept })
      return token
    } catch (error) {
      if (isProblem(error, 'unauthenticated')) {
        verified.delete(hash)
        refusals.set(hash, error.message)
        throw error
      }
      awayUntil = performance.now() + retry
      const known = knownOf(hash)
      if (known) return known.token
      throw error
    }
  }
  return {
    verify(text): Soon<VerifiedToken> {
      checkHeader(text, ['HS256'])
      if (!JWT.test(text)) throw refused('it is not a signed JWT')
      const hash = createHash('sha256').update(text).digest('base64')
      const known = knownOf(hash)
      if (known && performance.now() < Math.max(known.askAgainAt, awayUntil)) return copyOf(known.token)
      const refusal = refusals.get(hash)
      if (refusal !== undefined) throw new DomainError('unauthenticated', refusal)
      const answer = asking.get(hash) ?? ask(hash, text).finally(() => asking.delete(hash))
      asking.set(hash, answer)
      return answer.then(copyOf)
    },
    sign: (user) => source.signToken(user),
  }
}

/** Of each request: what it may do for its client is kept by the object of its user. */
const copyOf = ({ user, expiresAt }: VerifiedToken): VerifiedToken => ({ user: { ...user }, expiresAt })
