/**
 * The errors that a client can get: code → HTTP status, gRPC status, title. The code is the stable part; it ends the
 * problem's `type` (RFC 9457): `urn:docmgr:problem:<code>`.
 */
export const PROBLEMS = {
  'malformed-request': { http: 400, grpc: 'INVALID_ARGUMENT', title: 'Malformed request' },
  unauthenticated: { http: 401, grpc: 'UNAUTHENTICATED', title: 'Authentication required' },
  forbidden: { http: 403, grpc: 'PERMISSION_DENIED', title: 'Not allowed' },
  'not-found': { http: 404, grpc: 'NOT_FOUND', title: 'Not found' },
  'document-not-found': { http: 404, grpc: 'NOT_FOUND', title: 'Document not found' },
  'page-not-found': { http: 404, grpc: 'NOT_FOUND', title: 'Page not found' },
  'signature-not-found': { http: 404, grpc: 'NOT_FOUND', title: 'Signature not found' },
  'method-not-allowed': { http: 405, grpc: 'UNIMPLEMENTED', title: 'Method not allowed' },
  'status-not-allowed': { http: 409, grpc: 'FAILED_PRECONDITION', title: 'Status change not allowed' },
  'title-frozen': { http: 409, grpc: 'FAILED_PRECONDITION', title: 'Title cannot change any more' },
  'document-not-signable': { http: 409, grpc: 'FAILED_PRECONDITION', title: 'Document cannot be signed' },
  'document-not-deletable': { http: 409, grpc: 'FAILED_PRECONDITION', title: 'Document cannot be deleted' },
  'last-owner': { http: 409, grpc: 'FAILED_PRECONDITION', title: 'A document keeps an owner' },
  'person-disabled': { http: 409, grpc: 'FAILED_PRECONDITION', title: 'Person is disabled' },
  'already-signed': { http: 409, grpc: 'ALREADY_EXISTS', title: 'Already signed by this signer' },
  'request-in-progress': { http: 409, grpc: 'ABORTED', title: 'The same request is in progress' },
  'request-timeout': { http: 408, grpc: 'DEADLINE_EXCEEDED', title: 'Request too slow' },
  'version-mismatch': { http: 412, grpc: 'ABORTED', title: 'Version mismatch' },
  'payload-too-large': { http: 413, grpc: 'RESOURCE_EXHAUSTED', title: 'Request too large' },
  'unsupported-encoding': { http: 415, grpc: 'UNIMPLEMENTED', title: 'Unsupported encoding' },
  'unsupported-media-type': { http: 415, grpc: 'INVALID_ARGUMENT', title: 'Unsupported media type' },
  'range-not-satisfiable': { http: 416, grpc: 'OUT_OF_RANGE', title: 'Range not satisfiable' },
  'misdirected-request': { http: 421, grpc: 'PERMISSION_DENIED', title: 'Not the host of this service' },
  'validation-failed': { http: 422, grpc: 'INVALID_ARGUMENT', title: 'Validation failed' },
  'page-not-drawable': { http: 422, grpc: 'FAILED_PRECONDITION', title: 'Page cannot be drawn' },
  'idempotency-key-reused': {
    http: 422,
    grpc: 'INVALID_ARGUMENT',
    title: 'Idempotency key was already used',
  },
  'upgrade-required': { http: 426, grpc: 'UNIMPLEMENTED', title: 'Upgrade required' },
  'too-many-requests': { http: 429, grpc: 'RESOURCE_EXHAUSTED', title: 'Too many requests' },
  'headers-too-large': { http: 431, grpc: 'RESOURCE_EXHAUSTED', title: 'Request headers too large' },
  internal: { http: 500, grpc: 'INTERNAL', title: 'Internal error' },
  'content-damaged': { http: 500, grpc: 'DATA_LOSS', title: 'Stored content is damaged' },
  unavailable: { http: 503, grpc: 'UNAVAILABLE', title: 'Service unavailable' },
  'deadline-exceeded': { http: 504, grpc: 'DEADLINE_EXCEEDED', title: 'Timed out' },
} as const satisfies Record<string, { http: number; grpc: string; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** An invalid field (`title`, `query.limit`, `header.if-match`) and what a valid value is. */
export interface FieldError {
  field: string
  detail: string
}

/** An error whose message is for the client. */
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

/** The error for a single invalid field. @param detail what a valid value is: `must be a UUID` */
export function invalidField(field: string, detail: string): DomainError {
  return new DomainError('validation-failed', `${field}: ${detail}`, { errors: [{ field, detail }] })
}

/** True when `error` is a DomainError with one of these codes. */
export function isProblem(error: unknown, ...codes: ProblemCode[]): error is DomainError {
  return error instanceof DomainError && (codes.length === 0 || codes.includes(error.code))
}
