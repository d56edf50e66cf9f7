import type { components } from './schema.ts'

type ProblemDetails = components['schemas']['Problem']
const PREFIX = 'urn:docmgr:problem:'

/** An error of the service (RFC 9457), or `unreachable` where it did not answer. */
export class Problem extends Error {
  /** as in domain/errors.ts of the service, such as `title-frozen` */
  readonly code: string
  /** of HTTP; 0 without an answer */
  readonly status: number
  /** what is wrong with which field of the request, in the words of the service */
  readonly errors: readonly { field: string; detail: string }[]

  constructor(code: string, status: number, detail = '', errors: Problem['errors'] = []) {
    super(detail)
    this.name = 'Problem'
    this.code = code
    this.status = status
    this.errors = errors
  }

  /** @param body of the response: problem details, or what something between here and the service has sent */
  static of(body: unknown, status: number): Problem {
    const { type, detail, errors } = (body ?? {}) as Partial<ProblemDetails>
    if (typeof type !== 'string' || !type.startsWith(PREFIX)) return new Problem('unknown', status)
    return new Problem(type.slice(PREFIX.length), status, detail ?? '', errors)
  }
}

/** Whether the service did not answer at all, so that it may do so later. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'unreachable'
