import type { Document, FieldsWith, KeptDocument } from '../../domain/document-fields.ts'
import type { DocumentStatus } from '../../domain/document-status.ts'
import type { RefusedCaller, Tried } from '../../domain/refusals.ts'
import type { RequestContext } from '../../domain/request.ts'

/** A document with the fields that the service's messages have. */
export type DocumentSummary = Pick<Document, FieldsWith<{ grpc: true }>>

/** The most documents that one call of `access` asks for. */
export const MAX_ACCESS_IDS = 500

/** Who has access to a document, as roles of the service learn it. */
export interface DocumentAccess {
  version: number
  status: DocumentStatus
  /** the subjects that have any role in it */
  readers: readonly string[]
  /** of these the ones that own it */
  owners: readonly string[]
}

/**
 * The move of documents to `signed` as a part of the statement that inserts their signatures: one transaction and one flush.
 * The document role says how; the caller runs the statement on the database that both use.
 */
export interface JoinedMove {
  /**
   * A query of the ids of those documents that can be signed. It locks them until the transaction ends, and leaves out which
   * somebody else has locked, so that the statement waits for nobody.
   * @param ids number of the parameter that has ids of documents: uuid[]
   */
  signable(ids: number): string
  /**
   * A change for a WITH clause, which returns the documents that it has moved.
   * @param ids as above
   * @param traceparents number of the parameter that is JSON, an object of the traceparents of requests by the id of their document
   * @param condition on `id`
   */
  moving(ids: number, traceparents: number, condition: string): string
  /**
   * Runs `commit`, and keeps the cache of the documents right.
   * @param commit runs the statement; resolves, once it is committed, with what the change has returned
   */
  around(ids: readonly string[], commit: () => Promise<readonly KeptDocument[]>): Promise<void>
}

/**
 * The document role as other roles call it: what the caller may not read is not found. Ids are canonical UUIDs. See
 * `document.DocumentService` in proto/document.proto.
 */
export interface Documents {
  /**
   * Idempotent. Resolves with the document as it is afterwards. Only the signature role moves a document to `signed`; for
   * it, a document that was signed and has moved on since is a success that changes nothing.
   * @throws DomainError document-not-found, forbidden, status-not-allowed, unavailable, deadline-exceeded
   */
  updateStatus(documentId: string, status: DocumentStatus, context: RequestContext): Promise<DocumentSummary>
  /** @throws DomainError document-not-found, unavailable, deadline-exceeded */
  get(documentId: string, context: RequestContext): Promise<DocumentSummary>
  /** `status` is empty when it does not exist. */
  exists(
    documentId: string,
    context: RequestContext,
  ): Promise<{ exists: boolean; status: DocumentStatus | '' }>
  /**
   * Who may read and who owns documents. Only for roles of the service, for what they answer themselves.
   * @param documentIds at most MAX_ACCESS_IDS
   * @returns by id; what does not exist, or no more, is missing
   * @throws DomainError forbidden, unavailable, deadline-exceeded
   */
  access(
    documentIds: readonly string[],
    context: RequestContext,
  ): Promise<ReadonlyMap<string, DocumentAccess>>
  /**
   * Says whom a role without a database has refused a document, for its history. Does nothing for a document that there
   * is not. Only for roles of the service.
   * @throws DomainError forbidden, validation-failed, unavailable, deadline-exceeded
   */
  recordRefusal(
    documentId: string,
    tried: Tried,
    caller: RefusedCaller,
    context: RequestContext,
  ): Promise<void>
  /**
   * Has the change feed bring the present state of a document once more, also of a deleted one; a text whose content could
   * not be read is read again. Nothing of the document changes. Only for roles of the service.
   * @returns whether there is such a row
   * @throws DomainError forbidden, unavailable, deadline-exceeded
   */
  announce(documentId: string, context: RequestContext): Promise<boolean>
  /** @throws DomainError unavailable */
  check(): Promise<void>
  stop(): Promise<void>
  /** Only of a role in this process. */
  joinedMove?: JoinedMove
}
