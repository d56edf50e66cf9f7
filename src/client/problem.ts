import { type Problem } from '../http/problem.ts'

/** The service answered with an error; the message is its own explanation. */
export class ApiError extends Error {
  readonly status: number
  /**
   * the stable end of the problem's type, such as `document-not-found`; empty where the answer was no
   * problem
   */
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

/** Nothing answers at this address. */
export class ServiceUnreachableError extends Error {
  constructor(url: string, reason: string) {
    super(
      `no docmgr answers at ${url} (${reason}): start one with \`docmgr serve\`, or name another with --url`,
    )
    this.name = 'ServiceUnreachableError'
  }
}

/**
 * Reads an answer that is no success: problem details (RFC 9457), or whatever a proxy in between had to
 * say.
 */
export function errorOfAnswer(status: number, text: string): ApiError {
  try {
    const { type, title, detail } = JSON.parse(text) as Partial<Problem>
    if (typeof type === 'string' && typeof detail === 'string') {
      const code = /^urn:docmgr:problem:(.+)$/.exec(type)?.[1] ?? ''
      return new ApiError(
        status,
        code,
        code === 'unauthenticated' ? `${detail} (give a token with --token)` : detail,
      )
    }
    if (typeof title === 'string') return new ApiError(status, '', title)
  } catch {
    // No JSON: a proxy's page.
  }
  return new ApiError(
    status,
    '',
    `the answer was status ${status}${text ? `: ${text.slice(0, 200).trim()}` : ''}`,
  )
}
