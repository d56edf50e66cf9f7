/** Parameters of a query string. */
import type { ParsedUrlQuery } from 'node:querystring'
import { z } from 'zod'
import { DomainError } from '../domain/errors.ts'
import { requireKnownNames } from './known-names.ts'
import { validationError } from './problem.ts'

/** How often a parameter can be given. */
const MAX_VALUES = 50

/**
 * A parameter that can be given several times. The values are sorted and have no repeats, so that lists with the same
 * filters are the same list to a cursor.
 * @param formsOf all forms of a value that it can be stored in
 */
export function anyOf<T extends z.ZodType<string>>(
  schema: T,
  description = 'can be repeated: any of the values',
  formsOf = (value: string): string[] => [value],
) {
  return z
    .array(schema)
    .max(MAX_VALUES, `can be given at most ${MAX_VALUES} times`)
    .overwrite((values) => ([...new Set(values.flatMap(formsOf))] as typeof values).sort())
    .optional()
    .meta({ description, param: { style: 'form', explode: true } })
}

/** `true` or `false`, by default `false`. */
export const flag = z.enum(['true', 'false'], 'must be true or false').default('false')

/** What each schema makes of a query without parameters: to validate it again would cost a cached read a sixth more. */
const withoutParameters = new WeakMap<z.ZodType, Readonly<object>>()

/**
 * Validates a query by the schema of an endpoint.
 * @throws DomainError validation-failed: an unknown parameter, an invalid value, several values where only one can count
 */
export function parseQuery(schema: z.ZodType, query: ParsedUrlQuery): unknown {
  if (Object.keys(query).length > 0) return parseParameters(schema, query)
  const known = withoutParameters.get(schema)
  if (known !== undefined) return known
  const made = Object.freeze(parseParameters(schema, query) as object)
  withoutParameters.set(schema, made)
  return made
}

function parseParameters(schema: z.ZodType, query: ParsedUrlQuery): unknown {
  requireKnownNames(query, schema, 'query')
  const { shape } = schema as z.ZodObject
  const given: ParsedUrlQuery = {}
  const repeated: string[] = []
  for (const name in query) {
    const value = query[name]
    if (isList(shape[name])) given[name] = [value ?? []].flat()
    else if (Array.isArray(value)) repeated.push(`query.${name}`)
    else given[name] = value
  }
  if (repeated.length > 0) throw givenTwice(repeated)
  const result = schema.safeParse(given, { reportInput: true })
  if (result.success) return result.data
  throw validationError(result.error, 'query')
}

const isList = (schema: unknown): boolean =>
  (schema instanceof z.ZodOptional ? schema.unwrap() : schema) instanceof z.ZodArray

function givenTwice(fields: string[]): DomainError {
  const errors = fields.map((field) => ({ field, detail: 'must be given once' }))
  return new DomainError(
    'validation-failed',
    errors.map(({ field, detail }) => `${field}: ${detail}`).join('; '),
    { errors },
  )
}
