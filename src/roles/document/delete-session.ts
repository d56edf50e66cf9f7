import { sha256Of } from '../../auth/api-keys.ts'
import type { Authenticator } from '../../auth/authenticator.ts'
import type { SessionStore } from '../../db/session-store.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { requireOwnPage } from '../../http/own-page.ts'
import { credentialsOf, NO_COOKIE } from '../../http/session-cookie.ts'

/** Logs out. Repeated, or without a session, it does nothing. */
export function deleteSession(sessions: SessionStore, authenticator: Authenticator): Endpoint {
  return defineEndpoint({
    method: 'DELETE',
    path: '/auth/session',
    operationId: 'deleteSession',
    summary: 'Ends the session of the cookie',
    description: 'At once where this process answers; within 30 seconds in every other.',
    policy: 'public',
    responses: { 204: { description: 'there is no session any more', headers: ['Set-Cookie'] } },
    problems: ['forbidden', 'unavailable', 'deadline-exceeded'],
    async handle({ headers, request }) {
      requireOwnPage(request)
      const { cookie } = credentialsOf(headers)
      if (cookie !== undefined) {
        const hash = sha256Of(cookie)
        await sessions.remove(hash)
        authenticator.forgetSession(hash)
      }
      return { status: 204, headers: { 'set-cookie': NO_COOKIE } }
    },
  })
}
