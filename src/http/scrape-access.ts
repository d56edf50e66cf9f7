import type { IncomingHttpHeaders } from 'node:http'
import { hasSha256, sha256Of } from '../auth/api-keys.ts'
import type { Authenticator } from '../auth/authenticator.ts'
import { isProblem } from '../domain/errors.ts'
import { requireAdmin } from '../domain/request.ts'
import { credentialsOf } from './session-cookie.ts'

/** Who may read metrics and the details of readiness, where auth.scrapeToken is set: who has it, and administrators. */
export interface ScrapeAccess {
  /** @throws DomainError unauthenticated, forbidden, unavailable */
  require(headers: IncomingHttpHeaders): Promise<void>
  /** The same, as an answer. */
  has(headers: IncomingHttpHeaders): Promise<boolean>
}

const BEARER = /^Bearer +(\S+)$/i

/** @returns undefined where everyone may */
export function createScrapeAccess(
  token: string | undefined,
  authenticator: Pick<Authenticator, 'identify'>,
): ScrapeAccess | undefined {
  if (token === undefined) return undefined
  const expected = sha256Of(token)
  const require = async (headers: IncomingHttpHeaders): Promise<void> => {
    const [, given] = BEARER.exec(headers.authorization ?? '') ?? []
    if (given !== undefined && hasSha256(given, expected)) return
    requireAdmin((await authenticator.identify(credentialsOf(headers))).principal)
  }
  return {
    require,
    has: (headers) =>
      require(headers).then(
        () => true,
        (error: unknown) => {
          if (isProblem(error)) return false
          throw error
        },
      ),
  }
}
