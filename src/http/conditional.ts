/** Headers that make a request conditional: If-Match, If-None-Match (RFC 9110, 13) and Idempotency-Key. */
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { invalidField } from '../domain/errors.ts'

const TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g

/** The headers, for OpenAPI. */
export const ifMatch = z
  .string()
  .regex(/^(\*|(W\/)?"[!#-~]*"( *, *(W\/)?"[!#-~]*")*)$/)
  .meta({ description: 'an ETag: 412 unless the document has this version', examples: ['"1"'] })
export const idempotencyKey = z
  .string()
  .regex(/^[!-~]{1,255}$/)
  .meta({
    description: 'the same key and body within 24 hours get the first response again',
    examples: ['lease-42'],
  })

/** The strong entity tag of a version or a hash. */
export const entityTag = (value: string | number): string => `"${value}"`

/** True when the client has this representation, so that the response is 304. Uses the weak comparison. */
export function isNotModified(ifNoneMatch: string | undefined, value: string | number): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return tagsOf(ifNoneMatch).some((tag) => tag.value === String(value))
}

/**
 * The versions that If-Match names; undefined accepts any. Weak tags never match, so they are left out.
 * @throws DomainError validation-failed
 */
export function expectedVersions(ifMatch: string | undefined): number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined
  const tags = tagsOf(ifMatch)
  if (tags.length === 0 || !/^[\s,]*$/.test(ifMatch.replace(TAG, ''))) {
    throw invalidField('header.if-match', 'must be the ETag of a document, such as "3", or *')
  }
  return tags.filter((tag) => !tag.weak && /^[1-9]\d{0,8}$/.test(tag.value)).map((tag) => Number(tag.value))
}

/**
 * The header Idempotency-Key, or undefined if it was not sent.
 * @throws DomainError validation-failed
 */
export function idempotencyKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw invalidField(
    'header.idempotency-key',
    'must have 1 to 255 visible ASCII characters, and be sent once',
  )
}

function tagsOf(header: string): { weak: boolean; value: string }[] {
  return [...header.matchAll(TAG)].map(([, weak, value]) => ({ weak: weak !== undefined, value: value! }))
}
