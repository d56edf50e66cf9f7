import { z } from 'zod'
import { DomainError } from '../domain/errors.ts'

/** Seconds that the clocks of issuer and service may differ (RFC 7519, 4.1.4). */
export const LEEWAY = 60
/** RFC 7519, 5.1 and RFC 9068, 2.1; a media type may omit `application/` (RFC 7515, 4.1.9). */
const TYPES = ['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']

const header = z.object({ alg: z.unknown(), typ: z.unknown(), crit: z.unknown() })

/** The header of a JWT, which nothing has verified yet. @throws DomainError unauthenticated */
export function readHeader(token: string): { alg: unknown; typ: unknown; crit: unknown } {
  let text: unknown
  try {
    text = JSON.parse(Buffer.from(token.split('.', 1)[0]!, 'base64url').toString())
  } catch {
    throw refused('its header is not JSON in base64url')
  }
  const { success, data } = header.partial().safeParse(text)
  if (!success) throw refused('its header is not a JSON object')
  return { alg: undefined, typ: undefined, crit: undefined, ...data }
}

/** Checks what libraries do not: `typ`, and `crit`, which names extensions that must be understood (RFC 7515, 4.1.11). */
export function checkHeader(token: string, algorithms: readonly string[]): void {
  const { alg, typ, crit } = readHeader(token)
  if (crit !== undefined) throw refused('crit names extensions, and none is supported')
  if (typeof alg !== 'string' || !algorithms.includes(alg))
    throw refused(`alg must be ${algorithms.join(' or ')}`)
  if (typ !== undefined && !(typeof typ === 'string' && TYPES.includes(typ.toLowerCase()))) {
    throw refused('typ must be JWT or at+jwt')
  }
}

/**
 * @param now seconds
 * @param maxLifetime seconds
 * @returns when a connection that was opened with the token has to end, milliseconds since the epoch
 */
export function checkLifetime(
  { exp, iat }: { exp: number; iat?: number | undefined },
  now: number,
  maxLifetime: number,
): number {
  if (iat !== undefined && iat > now + LEEWAY) throw refused('iat is in the future')
  if (exp - (iat ?? now) > maxLifetime || exp - now > maxLifetime + LEEWAY) {
    throw refused(`exp is too far away: a token is valid for at most ${maxLifetime} seconds`)
  }
  // The leeway is for those who need it.
  return (exp > now ? exp : exp + LEEWAY) * 1000
}

export const refused = (reason: string, cause?: unknown): DomainError =>
  new DomainError('unauthenticated', `the token is not accepted: ${reason}`, { cause })
