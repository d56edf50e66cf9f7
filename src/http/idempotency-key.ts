import type { IncomingHttpHeaders } from 'node:http'
import { invalidField } from '../domain/errors.ts'

/**
 * The header Idempotency-Key, or undefined where it was not sent.
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
