import { z } from 'zod'
import type { Authenticator } from '../../../auth/authenticator.ts'
import { type ListedSession, SESSION_ID_CHARS, type SessionStore } from '../../../db/session-store.ts'
import type { Principal, User } from '../../../domain/request.ts'
import { isTime } from '../../../domain/time.ts'
import { defineEndpoint, type Endpoint } from '../../../http/endpoint.ts'
import { definePagedList, PAGE_DESCRIPTION } from '../../../http/paged-list.ts'
import { sessionSchema } from './schemas.ts'

const SESSION_ID = new RegExp(`^[0-9a-f]{${SESSION_ID_CHARS}}$`)

/** The name of a session: a part of its hash, which is no credential. */
const idOf = ({ cookie_sha256 }: Pick<ListedSession, 'cookie_sha256'>): string =>
  cookie_sha256.slice(0, SESSION_ID_CHARS)

export interface OwnSessionsDeps {
  sessions: SessionStore
  authenticator: Authenticator
}

/** The browsers in which somebody is logged in. */
export function sessionEndpoints(deps: OwnSessionsDeps): Endpoint[] {
  return [listSessions(deps), deleteSession(deps)]
}

/** Of who has logged in with a browser; others have no sessions. */
const loggedIn = (principal: Principal): (User & { session: string }) | undefined =>
  principal.kind === 'user' && principal.session !== undefined
    ? { ...principal, session: principal.session }
    : undefined

function listSessions({ sessions }: OwnSessionsDeps): Endpoint {
  return definePagedList({
    path: '/sessions',
    operationId: 'listSessions',
    summary: 'The browsers in which the caller is logged in, the newest first',
    description: `For who has logged in; others have none. ${PAGE_DESCRIPTION}`,
    policy: 'known',
    schema: sessionSchema,
    listFor(principal) {
      const user = loggedIn(principal)
      return {
        of: user?.id ?? 'nobody',
        isKey: isTime,
        isId: (id) => SESSION_ID.test(id),
        read: async (page) => (user ? sessions.listOf(user.id, page) : []),
        count: async () => (user ? sessions.countOf(user.id) : 0),
        rowOf: (session) => ({ key: session.created_at, id: idOf(session) }),
        json({ cookie_sha256, ...session }) {
          return { id: idOf({ cookie_sha256 }), ...session, current: cookie_sha256 === user?.session }
        },
      }
    },
  })
}

function deleteSession({ sessions, authenticator }: OwnSessionsDeps): Endpoint {
  return defineEndpoint({
    method: 'DELETE',
    path: '/sessions/{id}',
    operationId: 'endSession',
    summary: 'Logs the caller out in another browser',
    description: 'Within 30 seconds everywhere. Repeated, or for an unknown session, it does nothing.',
    policy: 'known',
    params: z.object({ id: z.string().regex(SESSION_ID, 'must be the id of a session') }),
    responses: { 204: { description: 'there is no such session' } },
    async handle({ params }, { principal }) {
      const user = loggedIn(principal)
      const all = user ? await sessions.listOf(user.id) : []
      const found = all.find((session) => idOf(session) === params.id)
      if (found) {
        await sessions.remove(found.cookie_sha256)
        authenticator.forgetSession(found.cookie_sha256)
      }
      return { status: 204 }
    },
  })
}
