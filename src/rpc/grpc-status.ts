import { DomainError, type FieldError, PROBLEMS, type ProblemCode } from '../domain/errors.ts'
import { TooManyRequests } from '../domain/limits.ts'
import { clientErrorOf } from '../runtime/translate-error.ts'

/** Status codes of gRPC by name (grpc/grpc, doc/statuscodes.md); Connect uses the same numbers. */
const CODES = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const

/** Trailing metadata: the problem's code, and its field errors as JSON (binary, as they may be any text). */
export const PROBLEM_KEY = 'docmgr-problem'
export const FIELD_ERRORS_KEY = 'docmgr-field-errors-bin'

/** Trailers are HTTP/2 headers, which peers usually limit to 8 KiB. */
const MAX_DETAIL_CHARS = 1_000
const MAX_FIELD_ERRORS = 10

/** The status of a failed call, for both servers. */
export interface GrpcStatus {
  code: number
  name: keyof typeof CODES
  problem: ProblemCode
  details: string
  /** JSON in UTF-8; undefined without field errors */
  fieldErrors: Buffer | undefined
  /** set where a limit of the client is used up */
  limit: TooManyRequests | undefined
}

/** The status that the caller gets; see `clientErrorOf`. */
export function grpcStatusOf(error: unknown, requestId: string): GrpcStatus {
  const known = clientErrorOf(error, requestId)
  const name = PROBLEMS[known.code].grpc
  const errors = known.errors.slice(0, MAX_FIELD_ERRORS).map(({ field, detail }) => ({
    field: field.slice(0, 100),
    detail: detail.slice(0, 200),
  }))
  return {
    code: CODES[name],
    name,
    problem: known.code,
    details: known.message.slice(0, MAX_DETAIL_CHARS).toWellFormed(),
    fieldErrors: errors.length > 0 ? Buffer.from(JSON.stringify(errors)) : undefined,
    limit: known instanceof TooManyRequests ? known : undefined,
  }
}

/** The status of a failed call, as a client receives it. */
export interface ReceivedStatus {
  code: number
  details: string
  problem: string | undefined
  fieldErrors: Uint8Array | undefined
  /** it is about the credential of the client for whom a role called */
  ofClient?: boolean
}

/**
 * The error that a caller gets from a failed call. A status without a problem code comes from the network or a proxy and
 * not from the document role, so it says nothing about the document.
 */
export function errorOfStatus({
  code,
  details,
  problem,
  fieldErrors,
  ofClient,
}: ReceivedStatus): DomainError {
  const cause = { cause: new Error(`gRPC status ${code}: ${details}`) }
  if (!ofClient && (problem === 'unauthenticated' || problem === 'forbidden')) {
    return new DomainError(
      'unavailable',
      `the document role rejects the token of this role: ${details}`,
      cause,
    )
  }
  if (problem !== undefined && problem in PROBLEMS) {
    return new DomainError(problem as ProblemCode, details, {
      ...cause,
      errors: parseFieldErrors(fieldErrors),
    })
  }
  if (code === CODES.DEADLINE_EXCEEDED) {
    return new DomainError('deadline-exceeded', 'the document role did not answer in time', cause)
  }
  if (code === CODES.CANCELLED) return new DomainError('deadline-exceeded', 'the call was cancelled', cause)
  return new DomainError('unavailable', 'the document role cannot be reached', cause)
}

function parseFieldErrors(bytes: Uint8Array | undefined): FieldError[] {
  if (bytes === undefined) return []
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as FieldError[]
  } catch {
    return []
  }
}
