import { statusMove } from '../../domain/document-status.ts'
import { type DomainError, isProblem } from '../../domain/errors.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { Documents } from '../../ports/documents/port.ts'

/**
 * Moves a document to `signed`; a document that is signed or past that is a success. Idempotent.
 * @param context of this role, which alone may do that
 * @throws DomainError a refusal (see isRefusal); after any other error the outcome is unknown, and the move is retried
 */
export async function moveToSigned(
  documents: Documents,
  documentId: string,
  context: RequestContext,
): Promise<void> {
  try {
    await documents.updateStatus(documentId, 'signed', context)
  } catch (error) {
    if (!isProblem(error, 'status-not-allowed')) throw error
    // The response to an earlier attempt may be lost, and the document may have moved on since.
    const { status } = await documents.exists(documentId, context)
    if (status === '' || statusMove('signed', status) === 'refused') throw error
  }
}

/** True when the document role has refused the move, which is final. */
export function isRefusal(error: unknown): error is DomainError {
  return isProblem(error, 'status-not-allowed', 'document-not-found')
}
