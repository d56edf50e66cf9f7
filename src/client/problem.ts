import { type Problem } from '../http/problem.ts'

/** The service answered with an error; the message is from its response. */
export class ApiError extends Error {
  readonly status: number
  /** the last part of the problem's type, such as `document-not-found`; empty if the response was not a problem */
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

/** No docmgr answers at this address. */
export class ServiceUnreachableError extends Error {
  /** @param where a URL, and what it was given with if that is known */
  constructor(where: string, reason: string) {
    super(
      `no docmgr answers at ${where} (${reason}): start one with \`docmgr serve\`, or name another with --url or DOCMGR_URL`,
    )
    this.name = 'ServiceUnreachableError'
  }
}

const TOKEN_HINT = '(give a token with --token or DOCMGR_TOKEN)'

/** A line for each field, without the place in the request, which the user of a command does not see. */
const linesOf = (errors: NonNullable<Problem['errors']>): string =>
  errors
    .map(({ field, detail }) => `${field.replace(/^(query|path|body|header)\./, '')}: ${detail}`)
    .join('\n')

/**
 * Reads an error response: problem details (RFC 9457), or the response of a proxy.
 * @param tokenFrom what the token of the request was given with, such as DOCMGR_TOKEN
 */
export function errorOfResponse(status: number, text: string, tokenFrom?: string): ApiError {
  const hint = tokenFrom === undefined ? TOKEN_HINT : `(the token is that of ${tokenFrom})`
  try {
    const { type, title, detail, errors } = JSON.parse(text) as Partial<Problem>
    if (typeof type === 'string' && typeof detail === 'string') {
      const code = /^urn:docmgr:problem:(.+)$/.exec(type)?.[1] ?? ''
      const message = code === 'validation-failed' && errors ? linesOf(errors) : detail
      return new ApiError(status, code, code === 'unauthenticated' ? `${message} ${hint}` : message)
    }
    if (typeof title === 'string') return new ApiError(status, '', title)
  } catch {
    // Not JSON: a page of a proxy.
  }
  // The answer to HEAD has no body.
  if (status === 401) return new ApiError(status, '', `the service requires a token ${hint}`)
  if (status === 403 && text === '')
    return new ApiError(status, '', `the service does not permit this ${hint}`)
  return new ApiError(
    status,
    '',
    `the service answered with status ${status}${text ? `: ${text.slice(0, 200).trim()}` : ''}`,
  )
}
