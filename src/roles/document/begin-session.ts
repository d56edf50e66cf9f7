import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { sha256Of } from '../../auth/api-keys.ts'
import type { SessionStore } from '../../db/session-store.ts'
import type { Clock } from '../../runtime/clock.ts'

export const SESSION_SECONDS = 7 * 86_400
const MAX_AGENT = 255

/** @returns the value of the session's cookie */
export type BeginSession = (personId: string, headers: IncomingHttpHeaders) => Promise<string>

export function beginSessionUseCase({
  sessions,
  clock,
}: {
  sessions: SessionStore
  clock: Clock
}): BeginSession {
  return async (personId, headers) => {
    const cookie = randomBytes(32).toString('base64url')
    const expiresAt = new Date(clock.now().getTime() + SESSION_SECONDS * 1_000).toISOString()
    const agent = headers['user-agent']?.slice(0, MAX_AGENT) ?? null
    await sessions.add({ cookieSha256: sha256Of(cookie), personId, expiresAt, agent })
    await sessions.expired.sessions.removeSome()
    await sessions.expired.links.removeSome()
    return cookie
  }
}
