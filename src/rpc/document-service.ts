import type { DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { type DocumentStatus, STATUSES, isStatus } from '../domain/document.ts'
import { invalidField } from '../domain/errors.ts'
import type { RequestContext } from '../domain/request.ts'
import { canonicalUuid } from '../http/fields.ts'
import type { Documents, DocumentSummary } from '../ports/documents/port.ts'
import type { DocumentResponse, DocumentResponseSchema, DocumentService } from './gen/document_pb.ts'

/** A service's unary methods, whichever server they are called through. */
export type Handlers<Service extends DescService> = {
  [Name in keyof Service['method']]: (
    request: MessageShape<Service['method'][Name]['input']>,
    context: RequestContext,
  ) => Promise<MessageInitShape<Service['method'][Name]['output']>>
}

export type DocumentHandlers = Handlers<typeof DocumentService>

/** `document.DocumentService` (proto/document.proto) over the document role. */
export function createDocumentService(documents: Documents): DocumentHandlers {
  return {
    async updateDocumentStatus({ documentId, status }, context) {
      return messageOf(await documents.updateStatus(checkedId(documentId), checkedStatus(status), context))
    },
    async getDocument({ documentId }, context) {
      return messageOf(await documents.get(checkedId(documentId), context))
    },
    async documentExists({ documentId }, context) {
      return documents.exists(checkedId(documentId), context)
    },
  }
}

/** The document that a response tells of. */
export function documentOf(message: DocumentResponse): DocumentSummary {
  return {
    id: message.id,
    title: message.title,
    content_type: message.contentType,
    content_size: Number(message.contentSize),
    s3_key: message.s3Key,
    status: message.status as DocumentStatus,
    created_by: message.createdBy,
    created_at: message.createdAt,
    updated_at: message.updatedAt,
    version: message.version,
  }
}

function messageOf(document: DocumentSummary): MessageInitShape<typeof DocumentResponseSchema> {
  return {
    id: document.id,
    title: document.title,
    status: document.status,
    createdBy: document.created_by,
    contentType: document.content_type,
    contentSize: BigInt(document.content_size),
    s3Key: document.s3_key ?? '',
    createdAt: document.created_at,
    updatedAt: document.updated_at,
    version: document.version,
  }
}

function checkedId(value: string): string {
  const id = canonicalUuid(value)
  if (id === undefined) throw invalidField('document_id', 'must be a UUID')
  return id
}

function checkedStatus(value: string): DocumentStatus {
  if (!isStatus(value)) throw invalidField('status', `must be one of ${STATUSES.join(', ')}`)
  return value
}
