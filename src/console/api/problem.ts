import type { components } from './schema.ts'

type ProblemDetails = components['schemas']['Problem']
const PREFIX = 'urn:docmgr:problem:'

/** An error of the service (RFC 9457), or `unreachable` where it did not answer. */
export class Problem extends Error {
  /** as in domain/errors.ts of the service, such as `title-frozen` */
  readonly code: string
  /** of HTTP; 0 without an answer */
  readonly status: number

  constructor(code: string, status: number, detail = '') {
    super(detail)
    this.name = 'Problem'
    this.code = code
    this.status = status
  }

  /** @param body of the response: problem details, or what something between here and the service has sent */
  static of(body: unknown, status: number): Problem {
    const { type, detail } = (body ?? {}) as Partial<ProblemDetails>
    if (typeof type !== 'string' || !type.startsWith(PREFIX)) return new Problem('unknown', status)
    return new Problem(type.slice(PREFIX.length), status, detail ?? '')
  }
}
