import type { IncomingMessage } from 'node:http'
import { TooManyRequests } from '../domain/limits.ts'
import type { HttpResponse } from './endpoint.ts'
import { problemOf } from './problem.ts'

/** The response for an error, as problem details (RFC 9457). */
export function problemResponse(request: IncomingMessage, error: unknown, requestId: string): HttpResponse {
  const problem = problemOf(error, requestId)
  const { status } = problem
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 401 && { 'www-authenticate': challenge(request, problem.detail) }),
      ...(status === 426 && { upgrade: 'websocket', connection: 'upgrade' }),
      ...((status === 429 || status === 503) && { 'retry-after': retryAfterOf(error) }),
    },
    text: JSON.stringify(problem),
  }
}

const retryAfterOf = (error: unknown): string =>
  error instanceof TooManyRequests ? String(error.retryAfter) : '1'

/** RFC 6750, 3: without an error where no token was sent. */
function challenge({ headers }: IncomingMessage, detail: string): string {
  if (!headers.authorization) return 'Bearer'
  return `Bearer error="invalid_token", error_description="${detail.replace(/[^\x20-\x7e]|["\\]/g, '?')}"`
}
