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

/** The header Set-Cookie that begins a session. Lax: a link in an e-mail opens the page with it. @param maxAge seconds */
export const cookieOf = (value: string, maxAge: number): string =>
  `${NAME}=${value}; Path=/; Max-Age=${maxAge}; Secure; HttpOnly; SameSite=Lax`

/** The one that ends it. */
export const NO_COOKIE = cookieOf('', 0)
