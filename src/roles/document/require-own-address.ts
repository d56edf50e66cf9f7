import { subjectOfAddress } from '../../domain/access.ts'
import { DomainError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/request.ts'

/**
 * A document belongs to who is named as its creator. Where a token is needed, only administrators and keys with the scope for
 * it name anyone but themselves.
 * @throws DomainError forbidden
 */
export function requireOwnAddress(createdBy: string, principal: Principal, mode: 'open' | 'required'): void {
  if (mode === 'open' || principal.kind !== 'user') return
  const { email, admin, scopes } = principal
  if (admin || scopes?.includes('create:for-others') === true) return
  if (subjectOfAddress(createdBy) === subjectOfAddress(email)) return
  throw new DomainError(
    'forbidden',
    'created_by must be your own address: only administrators, and API keys with the scope create:for-others, create ' +
      'documents for others',
    { errors: [{ field: 'created_by', detail: `must be ${email}, or left out` }] },
  )
}
