import type { IncomingHttpHeaders } from 'node:http'
import { isProblem } from '../../domain/errors.ts'
import type { HttpResponse } from '../../http/endpoint.ts'
import { NO_LOGIN_COOKIE } from '../../http/session-cookie.ts'

/** A person sees why a login failed on the login page; a program gets the problem, which is thrown. */
export function toLoginPage(error: unknown, { accept = '' }: IncomingHttpHeaders): HttpResponse {
  if (!isProblem(error) || !accept.includes('text/html')) throw error
  return {
    status: 303,
    headers: { location: `/login?problem=${error.code}`, 'cache-control': 'no-store' },
    cookies: [NO_LOGIN_COOKIE],
  }
}
