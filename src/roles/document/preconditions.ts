/** Checks that a change is possible, in the order in which a client can correct the request. */
import type { Document } from '../../domain/document-fields.ts'
import {
  type DocumentStatus,
  isFinal,
  isSignable,
  type Mover,
  STATUSES,
  statusMove,
} from '../../domain/document-status.ts'
import { DomainError } from '../../domain/errors.ts'

export function documentNotFound(id: string): DomainError {
  return new DomainError('document-not-found', `there is no document ${id}`)
}

/** For who may read a document, and not change it. */
export function changeForbidden(): DomainError {
  return new DomainError('forbidden', 'you may read this document, but only its editors and owners change it')
}

/**
 * @param options.versions accepted versions (If-Match); undefined accepts any
 * @throws DomainError version-mismatch, status-not-allowed, title-frozen
 */
export function checkChange(
  current: Document,
  { title, status }: { title?: string; status?: DocumentStatus },
  { versions, mover }: { versions?: number[] | undefined; mover?: Mover },
): void {
  checkVersion(current, versions)
  if (status !== undefined && statusMove(current.status, status, mover) === 'refused')
    throw statusNotAllowed(current, status)
  if (title !== undefined && title !== current.title && isFinal(current.status)) throw titleFrozen(current)
}

/** @throws DomainError version-mismatch, document-not-deletable */
export function checkDeletion(current: Document, versions: number[] | undefined): void {
  checkVersion(current, versions)
  if (!isFinal(current.status)) return
  throw new DomainError(
    'document-not-deletable',
    `the document is ${current.status}; signed and archived documents cannot be deleted`,
  )
}

function checkVersion({ version }: Document, versions: number[] | undefined): void {
  if (!versions || versions.includes(version)) return
  throw new DomainError(
    'version-mismatch',
    `the document has version ${version}, which If-Match does not name`,
    {
      errors: [{ field: 'header.if-match', detail: `must name the current version: "${version}"` }],
    },
  )
}

function statusNotAllowed({ status: from }: Document, to: DocumentStatus): DomainError {
  const allowed = STATUSES.filter((next) => statusMove(from, next) === 'allowed').join(', ')
  const moves = allowed ? `it can move to ${allowed}` : 'it cannot move any more'
  const isSigning = to === 'signed' && isSignable(from)
  const reason = isSigning ? '; only a signature moves it there (POST /signatures)' : ''
  const detail = `the document is ${from} and cannot move to ${to}${reason}; ${moves}`
  return new DomainError('status-not-allowed', detail, {
    errors: [{ field: 'status', detail: allowed ? `must be one of ${allowed}` : 'cannot change' }],
  })
}

/** Without the title: errors are logged by clients. */
function titleFrozen({ status }: Document): DomainError {
  return new DomainError('title-frozen', `the document is ${status}; its title cannot change any more`, {
    errors: [{ field: 'title', detail: 'must stay as it is, or be left out' }],
  })
}
