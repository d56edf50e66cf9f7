import type { IncomingHttpHeaders } from 'node:http'
import type { Credentials } from '../auth/authenticator.ts'

/** Kept by browsers over https only, and on this machine; for this host alone (RFC 6265bis, 4.1.3.2). */
const NAME = '__Host-docmgr'
const VALUE = new RegExp(`(?:^|;) *${NAME}=([\\w-]{43})(?:;|$)`)

/** What a request over HTTP identifies itself with. */
export const credentialsOf = ({ authorization, cookie }: IncomingHttpHeaders): Credentials => ({
  authorization: authorization || undefined,
  cookie: cookie === undefined ? undefined : VALUE.exec(cookie)?.[1],
})

/** Whether the cookie is what tells who sends the request. */
export const countsByCookie = ({ authorization, cookie }: Credentials): boolean =>
  authorization === undefined && cookie !== undefined

/** What a login at an identity provider needs when it ends, sealed. */
const LOGIN_NAME = '__Host-docmgr-login'
const LOGIN_VALUE = new RegExp(`(?:^|;) *${LOGIN_NAME}=([\\w-]+)(?:;|$)`)
/** The ID token of the login, which the provider wants to have when its session ends; for the path that logs out only. */
const ID_TOKEN_NAME = '__Secure-docmgr-id'
const ID_TOKEN_VALUE = new RegExp(`(?:^|;) *${ID_TOKEN_NAME}=([\\w.-]+)(?:;|$)`)
/** Browsers keep no cookie above 4,096 bytes. */
const MAX_ID_TOKEN = 3_800
const NO_ID_TOKEN = '-'

export const loginOf = ({ cookie = '' }: IncomingHttpHeaders): string | undefined =>
  LOGIN_VALUE.exec(cookie)?.[1]

/** Lax: the provider's redirect has to come with it. @param maxAge seconds */
export const loginCookieOf = (sealed: string, maxAge: number): string =>
  `${LOGIN_NAME}=${sealed}; Path=/; Max-Age=${maxAge}; Secure; HttpOnly; SameSite=Lax`

export const NO_LOGIN_COOKIE = loginCookieOf('', 0)

/** Undefined for a session that no provider began. */
export function idTokenOf({ cookie = '' }: IncomingHttpHeaders): { idToken: string | undefined } | undefined {
  const value = ID_TOKEN_VALUE.exec(cookie)?.[1]
  return value === undefined ? undefined : { idToken: value === NO_ID_TOKEN ? undefined : value }
}

export function idTokenCookieOf(idToken: string, maxAge: number): string {
  const value = idToken.length > MAX_ID_TOKEN ? NO_ID_TOKEN : idToken
  return `${ID_TOKEN_NAME}=${value}; Path=/auth/session; Max-Age=${maxAge}; Secure; HttpOnly; SameSite=Strict`
}

export const NO_ID_TOKEN_COOKIE = idTokenCookieOf('', 0)

/** The header Set-Cookie that begins a session. Lax: a link in an e-mail opens the page with it. @param maxAge seconds */
export const cookieOf = (value: string, maxAge: number): string =>
  `${NAME}=${value}; Path=/; Max-Age=${maxAge}; Secure; HttpOnly; SameSite=Lax`

/** The one that ends it. */
export const NO_COOKIE = cookieOf('', 0)
