import { z } from 'zod'
import { sha256Of } from '../../auth/api-keys.ts'
import type { Authenticator } from '../../auth/authenticator.ts'
import type { SessionStore } from '../../db/session-store.ts'
import { DomainError } from '../../domain/errors.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { requireKeptCookie, requireOwnPage } from '../../http/own-page.ts'
import { cookieOf } from '../../http/session-cookie.ts'
import { type BeginSession, SESSION_SECONDS } from './begin-session.ts'
import { describeSession, sessionSchema } from './get-session.ts'

const MAX_BODY_BYTES = 4_096

export interface SessionDeps {
  sessions: SessionStore
  authenticator: Authenticator
  beginSession: BeginSession
  providerName: string | undefined
}

/** Logs in a browser. The text of a link is in the part of its URL that no browser sends, so no log has it. */
export function postSession({ sessions, authenticator, beginSession, providerName }: SessionDeps): Endpoint {
  return defineEndpoint({
    method: 'POST',
    path: '/auth/session',
    operationId: 'createSession',
    summary: 'Begins a session with a link that `docmgr login-link` has printed',
    description:
      'A link works once, for ten minutes. The session is a cookie `__Host-docmgr`, which browsers keep over https and on ' +
      'localhost only; it ends after twelve hours without a request, and after seven days.',
    policy: 'public',
    body: {
      schema: z.object({
        link: z
          .string()
          .regex(/^[\w-]{43}$/, 'must be what follows # in the link')
          .meta({ examples: ['q1Vw0mE5tq2JHkDDoXQ1E2yFhQq8vO0n0i4b2t9v5rE'] }),
      }),
      maxBytes: MAX_BODY_BYTES,
    },
    responses: {
      201: { description: 'logged in', schema: sessionSchema, headers: ['Cache-Control', 'Set-Cookie'] },
    },
    problems: ['unauthenticated', 'forbidden', 'unavailable', 'deadline-exceeded'],
    async handle({ body, headers, request }) {
      requireOwnPage(request)
      requireKeptCookie(request)
      const personId = await sessions.useLink(sha256Of(body.link))
      if (personId === undefined)
        throw new DomainError(
          'unauthenticated',
          'the link is not accepted: it was used, has expired or is unknown',
        )
      const cookie = await beginSession(personId, headers)
      const identity = await authenticator.identify({ authorization: undefined, cookie })
      return {
        status: 201,
        headers: { 'set-cookie': cookieOf(cookie, SESSION_SECONDS) },
        json: describeSession({ authenticator, providerName }, identity),
      }
    },
  })
}
