/**
 * Everything that a client can be told went wrong: code → HTTP status, gRPC status, title.
 * The code is the stable part; it ends the problem's `type` (RFC 9457): `urn:docmgr:problem:<code>`.
 */
export const PROBLEMS = {
  'malformed-request': { http: 400, grpc: 'INVALID_ARGUMENT', title: 'The request cannot be read' },
  unauthenticated: { http: 401, grpc: 'UNAUTHENTICATED', title: 'A valid token is needed' },
  forbidden: { http: 403, grpc: 'PERMISSION_DENIED', title: 'Not allowed' },
  'not-found': { http: 404, grpc: 'NOT_FOUND', title: 'Nothing is here' },
  'document-not-found': { http: 404, grpc: 'NOT_FOUND', title: 'There is no such document' },
  'signature-not-found': { http: 404, grpc: 'NOT_FOUND', title: 'There is no such signature' },
  'method-not-allowed': { http: 405, grpc: 'UNIMPLEMENTED', title: 'The method is not allowed here' },
  'status-not-allowed': {
    http: 409,
    grpc: 'FAILED_PRECONDITION',
    title: 'The document cannot move to this status',
  },
  'document-not-signable': { http: 409, grpc: 'FAILED_PRECONDITION', title: 'The document cannot be signed' },
  'document-not-deletable': {
    http: 409,
    grpc: 'FAILED_PRECONDITION',
    title: 'The document cannot be deleted',
  },
  'already-signed': {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    title: 'This signer has signed the document already',
  },
  'request-in-progress': { http: 409, grpc: 'ABORTED', title: 'The same request is still being worked on' },
  'version-mismatch': { http: 412, grpc: 'ABORTED', title: 'The document has changed since' },
  'payload-too-large': { http: 413, grpc: 'RESOURCE_EXHAUSTED', title: 'The request is too large' },
  'unsupported-media-type': {
    http: 415,
    grpc: 'INVALID_ARGUMENT',
    title: 'The content type is not supported here',
  },
  'range-not-satisfiable': { http: 416, grpc: 'OUT_OF_RANGE', title: 'The range is outside of the content' },
  'validation-failed': { http: 422, grpc: 'INVALID_ARGUMENT', title: 'Some fields are not valid' },
  'idempotency-key-reused': {
    http: 422,
    grpc: 'INVALID_ARGUMENT',
    title: 'The idempotency key belongs to another request',
  },
  'too-many-requests': { http: 429, grpc: 'RESOURCE_EXHAUSTED', title: 'Too many requests' },
  internal: { http: 500, grpc: 'INTERNAL', title: 'Something went wrong here' },
  unavailable: { http: 503, grpc: 'UNAVAILABLE', title: 'A part of the service cannot be reached' },
  'deadline-exceeded': { http: 504, grpc: 'DEADLINE_EXCEEDED', title: 'It took too long' },
} as const satisfies Record<string, { http: number; grpc: string; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** One field that is not valid: where it is (`title`, `query.limit`, `header.if-match`) and what would be right. */
export interface FieldError {
  field: string
  detail: string
}

/** An error whose text is meant for the client. */
export class DomainError extends Error {
  readonly code: ProblemCode
  readonly errors: readonly FieldError[]

  constructor(code: ProblemCode, detail: string, options: { errors?: FieldError[]; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'DomainError'
    this.code = code
    this.errors = options.errors ?? []
  }
}

/** A single field is wrong. `detail` says what would be right. */
export function invalidField(field: string, detail: string): DomainError {
  return new DomainError('validation-failed', `${field}: ${detail}`, { errors: [{ field, detail }] })
}

/** True when `error` is a DomainError with one of these codes. */
export function isProblem(error: unknown, ...codes: ProblemCode[]): error is DomainError {
  return error instanceof DomainError && (codes.length === 0 || codes.includes(error.code))
}
