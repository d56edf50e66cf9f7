import type { DocumentStatus } from '../../domain/document-status.ts'
import { type CallClientOptions, createCallClient } from '../../rpc/call-client.ts'
import { AccessService } from '../../rpc/gen/docmgr/access_pb.ts'
import { DocumentService } from '../../rpc/gen/document_pb.ts'
import { documentOf } from './service.ts'
import type { Documents } from './port.ts'

/** The document role of other processes, over gRPC. Connects at the first call. */
export function openGrpcDocuments(options: CallClientOptions): Documents {
  const { call, check, stop } = createCallClient([DocumentService, AccessService], options)
  const { method } = DocumentService
  return {
    async updateStatus(documentId, status, context) {
      return documentOf(await call(method.updateDocumentStatus, { documentId, status }, context))
    },
    async get(documentId, context) {
      return documentOf(await call(method.getDocument, { documentId }, context))
    },
    async exists(documentId, context) {
      const { exists, status } = await call(method.documentExists, { documentId }, context)
      return { exists, status: status as DocumentStatus | '' }
    },
    async access(documentIds, context) {
      const { documents } = await call(
        AccessService.method.listAccess,
        { documentIds: [...documentIds] },
        context,
      )
      return new Map(
        documents.map(({ documentId, version, status, readers, owners }) => [
          documentId,
          { version, status: status as DocumentStatus, readers, owners },
        ]),
      )
    },
    async recordRefusal(documentId, tried, { principal, clientAddress, userAgent = '' }, context) {
      const { id: userId, email: userEmail } = principal.kind === 'user' ? principal : { id: '', email: '' }
      const refusal = { documentId, tried, userId, userEmail, clientAddress, userAgent }
      await call(AccessService.method.recordRefusal, refusal, context)
    },
    async announce(documentId, context) {
      return (await call(AccessService.method.announceDocument, { documentId }, context)).announced
    },
    check,
    stop: async () => stop(),
  }
}
