import { z } from 'zod'
import type { Authenticator } from '../../../auth/authenticator.ts'
import type { ListedSession, SessionStore } from '../../../db/session-store.ts'
import type { Principal } from '../../../domain/request.ts'
import { defineEndpoint, type Endpoint } from '../../../http/endpoint.ts'
import { NO_STORE, sessionSchema } from './schemas.ts'

/** The name of a session: a part of its hash, which is no credential. */
const ID_CHARS = 24
const idOf = ({ cookie_sha256 }: Pick<ListedSession, 'cookie_sha256'>): string =>
  cookie_sha256.slice(0, ID_CHARS)

export interface OwnSessionsDeps {
  sessions: SessionStore
  authenticator: Authenticator
}

/** The browsers in which somebody is logged in. */
export function sessionEndpoints({ sessions, authenticator }: OwnSessionsDeps): Endpoint[] {
  const ofCaller = async (principal: Principal): Promise<ListedSession[]> =>
    principal.kind === 'user' && principal.session !== undefined ? sessions.listOf(principal.id) : []
  const current = (principal: Principal): string | undefined =>
    principal.kind === 'user' ? principal.session : undefined
  return [
    defineEndpoint({
      method: 'GET',
      path: '/sessions',
      operationId: 'listSessions',
      summary: 'The browsers in which the caller is logged in, the newest first',
      description: 'For who has logged in; others have none.',
      policy: 'known',
      responses: {
        200: { description: 'sessions', schema: z.array(sessionSchema), headers: ['Cache-Control'] },
      },
      async handle(_, { principal }) {
        const json = (await ofCaller(principal)).map(({ cookie_sha256, ...session }) => ({
          id: idOf({ cookie_sha256 }),
          ...session,
          current: cookie_sha256 === current(principal),
        }))
        return { status: 200, headers: NO_STORE, json }
      },
    }),
    defineEndpoint({
      method: 'DELETE',
      path: '/sessions/{id}',
      operationId: 'endSession',
      summary: 'Logs the caller out in another browser',
      description: 'Within 30 seconds everywhere. Repeated, or for an unknown session, it does nothing.',
      policy: 'known',
      params: z.object({ id: z.string().regex(/^[0-9a-f]{24}$/, 'must be the id of a session') }),
      responses: { 204: { description: 'there is no such session' } },
      async handle({ params }, { principal }) {
        const found = (await ofCaller(principal)).find((session) => idOf(session) === params.id)
        if (found) {
          await sessions.remove(found.cookie_sha256)
          authenticator.forgetSession(found.cookie_sha256)
        }
        return { status: 204 }
      },
    }),
  ]
}
