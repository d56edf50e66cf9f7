import { statusMove } from '../../domain/document.ts'
import { type DomainError, isProblem } from '../../domain/errors.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { Documents } from '../../ports/documents/port.ts'

/**
 * Moves a document to `signed`, or finds that it is there or further on. Can be repeated.
 * @throws DomainError a refusal, or any other error: the outcome is not known, and it is to be tried again
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
    // The answer of an earlier attempt may have been lost, and the document have gone on since.
    const { status } = await documents.exists(documentId, context)
    if (status === '' || statusMove('signed', status) === 'refused') throw error
  }
}

/** True when the document role has answered that this move will never be. */
export function isRefusal(error: unknown): error is DomainError {
  return isProblem(error, 'status-not-allowed', 'document-not-found')
}
