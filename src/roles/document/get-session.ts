import { z } from 'zod'
import type { Authenticator, Identity } from '../../auth/authenticator.ts'
import { isProblem } from '../../domain/errors.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { credentialsOf, NO_COOKIE } from '../../http/session-cookie.ts'

export const sessionSchema = z
  .object({
    mode: z.enum(['open', 'required']).describe('open: nobody needs to log in'),
    user: z
      .object({
        id: z.string().describe('of the person, the subject of the token, or `key:ID`'),
        email: z.string(),
        admin: z.boolean(),
      })
      .nullable()
      .describe('null: the caller is not known'),
    expires_at: z.iso.datetime().nullable().describe('when the credential ends; null: never'),
    provider: z
      .object({ name: z.string().describe('for people') })
      .nullable()
      .describe(
        'the identity provider by which a browser can log in, at /auth/oidc/login; null: there is none',
      ),
  })
  .meta({
    id: 'Session',
    description: 'the caller of a request',
    examples: [
      {
        mode: 'required',
        user: { id: '019aa1b2-0000-7000-8000-000000000001', email: 'ada@example.com', admin: false },
        expires_at: '2026-12-06T10:00:00.000Z',
        provider: null,
      },
    ],
  })

/** How people log in here. */
export interface LoginWays {
  authenticator: Authenticator
  /** of the identity provider; undefined: there is none */
  providerName: string | undefined
}

/** Who the caller is. Public, since the login page asks it too, and a browser shows each 401 as an error. */
export function getSession(ways: LoginWays): Endpoint {
  const { authenticator } = ways
  return defineEndpoint({
    method: 'GET',
    path: '/auth/session',
    operationId: 'getSession',
    summary: 'Who makes this request: by a session cookie, a JWT or an API key',
    policy: 'public',
    responses: { 200: { description: 'who it is', schema: sessionSchema, headers: ['Cache-Control'] } },
    problems: ['unauthenticated', 'unavailable', 'deadline-exceeded'],
    async handle({ headers }) {
      const credentials = credentialsOf(headers)
      const identity = await identify()
      const isOver = identity === undefined && credentials.cookie !== undefined
      return {
        status: 200,
        headers: isOver ? { 'set-cookie': NO_COOKIE } : {},
        json: describeSession(ways, identity),
      }

      async function identify(): Promise<Identity | undefined> {
        if (credentials.authorization === undefined && credentials.cookie === undefined) return undefined
        try {
          return await authenticator.identify(credentials)
        } catch (error) {
          // A program that sends a wrong token has to learn so; a session may simply be over.
          if (credentials.authorization === undefined && isProblem(error, 'unauthenticated')) return undefined
          throw error
        }
      }
    },
  })
}

export function describeSession(
  { authenticator: { mode }, providerName }: LoginWays,
  identity: Identity | undefined,
): z.output<typeof sessionSchema> {
  const provider = providerName === undefined ? null : { name: providerName }
  if (identity?.principal.kind !== 'user') return { mode, user: null, expires_at: null, provider }
  const { principal, expiresAt } = identity
  const { id, email, admin } = principal
  return {
    mode,
    user: { id, email, admin },
    expires_at: Number.isFinite(expiresAt) ? new Date(expiresAt).toISOString() : null,
    provider,
  }
}
