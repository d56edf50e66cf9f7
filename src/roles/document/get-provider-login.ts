import { z } from 'zod'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { loginCookieOf } from '../../http/session-cookie.ts'
import { LOGIN_SECONDS, type ProviderLoginDeps, requireProvider, sealLogin } from './provider-login.ts'
import { toLoginPage } from './to-login-page.ts'

/** A path of this service; another slash or a backslash would name another host. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x7e]*$/
const MAX_PATH = 2_000

/** Sends a browser to the identity provider. What the end of the login needs is in a sealed cookie, not kept here. */
export function getProviderLogin({ login, clock }: Pick<ProviderLoginDeps, 'login' | 'clock'>): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/auth/oidc/login',
    operationId: 'getProviderLogin',
    summary: 'Sends a browser to the identity provider to log in',
    description:
      'OpenID Connect: authorization code flow with PKCE, state and nonce. A login must end within ten minutes.',
    policy: 'public',
    query: z.object({
      to: z
        .string()
        .max(MAX_PATH)
        .regex(OWN_PATH, 'must be a path of this service')
        .default('/')
        .meta({ description: 'the path that is opened after the login', examples: ['/status'] }),
    }),
    responses: {
      303: { description: "the provider's login", headers: ['Location', 'Set-Cookie', 'Cache-Control'] },
    },
    problems: ['not-found', 'unavailable'],
    async handle({ query: { to }, headers }) {
      try {
        const { provider, seal } = requireProvider(login)
        const { url, checks } = await provider.begin()
        const cookie = loginCookieOf(sealLogin(seal, { ...checks, to }, clock), LOGIN_SECONDS)
        return { status: 303, headers: { location: url, 'cache-control': 'no-store' }, cookies: [cookie] }
      } catch (error) {
        return toLoginPage(error, headers)
      }
    },
  })
}
