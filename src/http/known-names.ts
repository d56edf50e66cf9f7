import { z } from 'zod'
import { DomainError } from '../domain/errors.ts'
import { nearest } from '../runtime/nearest.ts'

const MAX_NAMED = 5

/**
 * Refuses names that the schema does not have: what is misspelled would silently have no effect.
 * @param place `query` for parameters
 * @throws DomainError validation-failed, with the nearest known name
 */
export function requireKnownNames(given: object, schema: z.ZodType | undefined, place?: 'query'): void {
  const known = schema instanceof z.ZodObject ? schema.shape : {}
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(known, name))
  if (unknown.length === 0) return
  const errors = unknown.slice(0, MAX_NAMED).map((name) => {
    const shown = name.slice(0, 100)
    const meant = nearest(shown, Object.keys(known))
    const hint =
      meant === undefined ? `known are ${Object.keys(known).join(', ') || 'none'}` : `did you mean ${meant}?`
    return { field: place === undefined ? shown : `${place}.${shown}`, detail: `is unknown; ${hint}` }
  })
  const detail = errors.map((error) => `${error.field}: ${error.detail}`).join('; ')
  throw new DomainError('validation-failed', detail, { errors })
}
