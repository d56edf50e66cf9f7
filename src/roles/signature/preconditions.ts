import { isSignable } from '../../domain/document-status.ts'
import { DomainError, isProblem } from '../../domain/errors.ts'
import type { RequestContext } from '../../domain/request.ts'
import type { Documents, DocumentSummary } from '../../ports/documents/port.ts'

/**
 * The document that is to be signed.
 * @throws DomainError document-not-found, document-not-signable, unavailable, deadline-exceeded
 */
export async function getSignable(
  documents: Documents,
  documentId: string,
  context: RequestContext,
): Promise<DocumentSummary> {
  const document = await documents.get(documentId, context).catch((error: unknown) => {
    throw isProblem(error, 'document-not-found') ? documentNotFound(documentId) : error
  })
  const { status } = document
  if (!isSignable(status)) throw notSignable(`the document ${documentId} cannot be signed (status ${status})`)
  return document
}

/** True when the document role has refused the move to `signed`, which is final. After any other error its outcome is unknown. */
export function isRefusal(error: unknown): error is DomainError {
  return isProblem(error, 'status-not-allowed', 'document-not-found')
}

/** The error for a client whose document has refused the move to `signed`. */
export function signingErrorOf(refusal: DomainError, documentId: string): DomainError {
  return refusal.code === 'document-not-found'
    ? documentNotFound(documentId)
    : notSignable(refusal.message, refusal)
}

export function documentNotFound(documentId: string): DomainError {
  return new DomainError('document-not-found', `document_id: there is no document ${documentId}`, {
    errors: [{ field: 'document_id', detail: 'must be a document that exists' }],
  })
}

function notSignable(detail: string, cause?: Error): DomainError {
  return new DomainError('document-not-signable', `document_id: ${detail}`, {
    errors: [{ field: 'document_id', detail: 'must be a document that can still be signed' }],
    cause,
  })
}
