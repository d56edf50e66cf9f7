import type { Document, DocumentStatus } from '../../domain/document.ts'
import type { RequestContext } from '../../domain/request.ts'

/** A document as the service's messages carry it: their fields are fixed, and the content's hash is not among them. */
export type DocumentSummary = Omit<Document, 'content_sha256'>

/** What other roles ask of the document role: `document.DocumentService` of proto/document.proto. */
export interface Documents {
  /**
   * Idempotent. Resolves with the document as it is afterwards.
   * @throws DomainError document-not-found, status-not-allowed, unavailable, deadline-exceeded
   */
  updateStatus(documentId: string, status: DocumentStatus, context: RequestContext): Promise<DocumentSummary>
  /** @throws DomainError document-not-found, unavailable, deadline-exceeded */
  get(documentId: string, context: RequestContext): Promise<DocumentSummary>
  /** `status` is empty when it does not exist. */
  exists(
    documentId: string,
    context: RequestContext,
  ): Promise<{ exists: boolean; status: DocumentStatus | '' }>
  /** @throws DomainError unavailable */
  check(): Promise<void>
  stop(): Promise<void>
}
