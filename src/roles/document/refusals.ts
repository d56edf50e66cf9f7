/** Why a document cannot be changed as asked, in the order in which a client can mend it. */
import {
  type Document,
  type DocumentStatus,
  isDeletable,
  STATUSES,
  statusMove,
} from '../../domain/document.ts'
import { DomainError } from '../../domain/errors.ts'

export function documentNotFound(id: string): DomainError {
  return new DomainError('document-not-found', `there is no document ${id}`)
}

/** undefined: nothing speaks against the change. */
export function whyNotChanged(
  id: string,
  present: Document | undefined,
  status: DocumentStatus | undefined,
  versions: number[] | undefined,
): DomainError | undefined {
  if (!present) return documentNotFound(id)
  if (versions && !versions.includes(present.version)) return versionMismatch(present)
  if (status !== undefined && statusMove(present.status, status) === 'refused')
    return statusNotAllowed(present, status)
  return undefined
}

/** undefined: nothing speaks against the deletion. */
export function whyNotRemoved(
  id: string,
  present: Document | undefined,
  versions: number[] | undefined,
): DomainError | undefined {
  if (!present) return documentNotFound(id)
  if (versions && !versions.includes(present.version)) return versionMismatch(present)
  if (isDeletable(present.status)) return undefined
  return new DomainError(
    'document-not-deletable',
    `the document is ${present.status}: what was signed is never deleted`,
  )
}

function versionMismatch({ version }: Document): DomainError {
  return new DomainError(
    'version-mismatch',
    `the document has version ${version} now, which If-Match does not name`,
    {
      errors: [{ field: 'header.if-match', detail: `must name the present version: "${version}"` }],
    },
  )
}

function statusNotAllowed({ status: from }: Document, to: DocumentStatus): DomainError {
  const allowed = STATUSES.filter((next) => statusMove(from, next) === 'allowed')
  const ways = allowed.length > 0 ? `it can move to ${allowed.join(', ')}` : 'it cannot move any more'
  return new DomainError('status-not-allowed', `the document is ${from} and cannot move to ${to}; ${ways}`, {
    errors: [
      {
        field: 'status',
        detail: allowed.length > 0 ? `must be one of ${allowed.join(', ')}` : 'cannot change',
      },
    ],
  })
}
