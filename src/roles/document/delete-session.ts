import { z } from 'zod'
import { sha256Of } from '../../auth/api-keys.ts'
import type { Authenticator } from '../../auth/authenticator.ts'
import type { IdentityProvider } from '../../auth/identity-provider.ts'
import type { SessionStore } from '../../db/session-store.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { requireOwnPage } from '../../http/own-page.ts'
import { credentialsOf, idTokenOf, NO_COOKIE, NO_ID_TOKEN_COOKIE } from '../../http/session-cookie.ts'

const stillLoggedIn = z
  .object({
    logout_url: z
      .url()
      .describe('of the identity provider: a browser that opens it ends the session there, too'),
  })
  .meta({
    id: 'ProviderLogout',
    description: 'the session of the identity provider, which still lasts',
    examples: [{ logout_url: 'https://login.example.com/session/end?client_id=docmgr' }],
  })

export interface DeleteSessionDeps {
  sessions: SessionStore
  authenticator: Authenticator
  /** undefined: none is configured */
  provider: IdentityProvider | undefined
}

/** Logs out. Repeated, or without a session, it does nothing. */
export function deleteSession({ sessions, authenticator, provider }: DeleteSessionDeps): Endpoint {
  return defineEndpoint({
    method: 'DELETE',
    path: '/auth/session',
    operationId: 'deleteSession',
    summary: 'Ends the session of the cookie',
    description: 'At once where this process answers; within 30 seconds in every other.',
    policy: 'public',
    responses: {
      200: {
        description: 'there is no session here any more, but one at the identity provider that began it',
        schema: stillLoggedIn,
        headers: ['Cache-Control', 'Set-Cookie'],
      },
      204: { description: 'there is no session any more', headers: ['Set-Cookie'] },
    },
    problems: ['forbidden', 'unavailable', 'deadline-exceeded'],
    async handle({ headers, request }) {
      requireOwnPage(request)
      const { cookie } = credentialsOf(headers)
      if (cookie !== undefined) {
        const hash = sha256Of(cookie)
        await sessions.remove(hash)
        authenticator.forgetSession(hash)
      }
      const begun = idTokenOf(headers)
      const url = begun && (await provider?.logoutUrl(begun.idToken))
      const cookies = begun ? [NO_COOKIE, NO_ID_TOKEN_COOKIE] : [NO_COOKIE]
      if (url === undefined) return { status: 204, cookies }
      return { status: 200, cookies, json: { logout_url: url } }
    },
  })
}
