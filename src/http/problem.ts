import type { z } from 'zod'
import { DomainError, type FieldError, PROBLEMS } from '../domain/errors.ts'
import { clientErrorOf } from '../runtime/translate-error.ts'

/** Problem details (RFC 9457). */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  /** the request that it is about: its id in the logs */
  instance: string
  errors?: readonly FieldError[]
}

/** The problem that the client gets; see `clientErrorOf`. */
export function problemOf(error: unknown, requestId: string): Problem {
  const known = clientErrorOf(error, requestId)
  const { http, title } = PROBLEMS[known.code]
  return {
    type: `urn:docmgr:problem:${known.code}`,
    title,
    status: http,
    detail: known.message,
    instance: `urn:docmgr:request:${requestId}`,
    ...(known.errors.length > 0 && { errors: known.errors }),
  }
}

/** The issues of a schema, the first of each field, as one error that names them: `title`, `query.limit`, `path.id`. */
export function validationError(error: z.ZodError, place?: 'query' | 'path'): DomainError {
  const issues = [
    ...new Map(error.issues.toReversed().map((issue) => [pathOf(issue, place), issue])).values(),
  ].reverse()
  const errors = issues.slice(0, 20).map((issue) => {
    const missing = issue.code === 'invalid_type' && issue.input === undefined
    return { field: pathOf(issue, place) || 'body', detail: missing ? 'is required' : issue.message }
  })
  return new DomainError(
    'validation-failed',
    errors.map(({ field, detail }) => `${field}: ${detail}`).join('; '),
    {
      errors,
    },
  )
}

/** A parameter of the query has no parts: which of its values is invalid, its name does not tell. */
function pathOf({ path }: z.core.$ZodIssue, place: 'query' | 'path' | undefined): string {
  return place === undefined ? path.join('.') : `${place}.${path.slice(0, 1).join('')}`
}
