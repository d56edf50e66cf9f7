import { DomainError } from '../../domain/errors.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { cookieOf, idTokenCookieOf, NO_LOGIN_COOKIE } from '../../http/session-cookie.ts'
import { SESSION_SECONDS } from './begin-session.ts'
import { openLogin, type ProviderLoginDeps, requireProvider } from './provider-login.ts'
import { toLoginPage } from './to-login-page.ts'

/** Ends a login at the identity provider with a session here. The person is known by issuer and subject. */
export function getProviderCallback(deps: ProviderLoginDeps): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/auth/oidc/callback',
    operationId: 'getProviderCallback',
    summary: 'Where the identity provider sends a browser that has logged in',
    description: 'The redirect URI to register at the provider: `http.publicUrl` with this path.',
    policy: 'public',
    responses: {
      303: { description: 'logged in', headers: ['Location', 'Set-Cookie', 'Cache-Control'] },
    },
    problems: ['not-found', 'unauthenticated', 'forbidden', 'unavailable'],
    async handle({ request, headers }) {
      try {
        const { to, cookies } = await logIn(deps, request.url!.split('?')[1] ?? '', headers)
        return { status: 303, headers: { location: to, 'cache-control': 'no-store' }, cookies }
      } catch (error) {
        return toLoginPage(error, headers)
      }
    },
  })
}

async function logIn(
  { login, people, beginSession, clock, newId }: ProviderLoginDeps,
  query: string,
  headers: Parameters<typeof openLogin>[1],
): Promise<{ to: string; cookies: string[] }> {
  const { provider, seal } = requireProvider(login)
  const { to, ...checks } = openLogin(seal, headers, clock)
  const { issuer, subject, person, idToken } = await provider.finish(query, checks)
  const known = await people.putOfProvider(newId(), { issuer, subject, ...person })
  if (!known) throw new DomainError('forbidden', 'this person is disabled')
  const cookie = cookieOf(await beginSession(known.id, headers), SESSION_SECONDS)
  return { to, cookies: [cookie, idTokenCookieOf(idToken, SESSION_SECONDS), NO_LOGIN_COOKIE] }
}
