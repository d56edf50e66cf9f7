/** `document.DocumentService` (proto/document.proto): its messages and the port, mapped onto each other. */
import { type MessageInitShape, ScalarType } from '@bufbuild/protobuf'
import { type DocumentField, fieldDefinition, GRPC_FIELDS } from '../../domain/document-fields.ts'
import { type DocumentStatus, isStatus, STATUSES } from '../../domain/document-status.ts'
import { invalidField } from '../../domain/errors.ts'
import { isTried, TRIED, type Tried } from '../../domain/refusals.ts'
import { type Principal, type RequestContext, requireScope } from '../../domain/request.ts'
import type { Scope } from '../../domain/scopes.ts'
import { canonicalUuid } from '../../domain/uuid.ts'
import { type DocumentResponse, DocumentResponseSchema } from '../../rpc/gen/document_pb.ts'
import type { AccessService } from '../../rpc/gen/docmgr/access_pb.ts'
import type { DocumentHandlers, Handlers } from '../../rpc/handlers.ts'
import { type Documents, type DocumentSummary, MAX_ACCESS_IDS } from './port.ts'

type Value = string | number | bigint | null

/** The handlers validate what comes over the wire, so that the port gets canonical ids and known statuses. */
export function createDocumentService(documents: Documents): DocumentHandlers {
  /** @throws DomainError forbidden */
  const permit = (context: RequestContext, scope: Scope, documentId: string, tried: Tried): void => {
    try {
      requireScope(context.principal, scope)
    } catch (error) {
      const id = canonicalUuid(documentId)
      // The caller waits for nothing.
      if (id !== undefined) documents.recordRefusal(id, tried, context, context).catch(() => {})
      throw error
    }
  }
  return {
    async updateDocumentStatus({ documentId, status }, context) {
      permit(context, 'write', documentId, 'change')
      return messageOf(await documents.updateStatus(parseId(documentId), parseStatus(status), context))
    },
    async getDocument({ documentId }, context) {
      permit(context, 'read', documentId, 'read')
      return messageOf(await documents.get(parseId(documentId), context))
    },
    async documentExists({ documentId }, context) {
      permit(context, 'read', documentId, 'read')
      return documents.exists(parseId(documentId), context)
    },
  }
}

/** Who has access to documents, who was refused them, and what is announced again, for other roles of the service. */
export function createAccessService(
  documents: Pick<Documents, 'access' | 'recordRefusal' | 'announce'>,
): Handlers<typeof AccessService> {
  return {
    async listAccess({ documentIds }, context) {
      if (documentIds.length > MAX_ACCESS_IDS)
        throw invalidField('document_ids', `must be at most ${MAX_ACCESS_IDS}`)
      const found = await documents.access(documentIds.map(parseId), context)
      return {
        documents: Array.from(found, ([documentId, { readers, owners, ...fields }]) => ({
          ...fields,
          documentId,
          readers: [...readers],
          owners: [...owners],
        })),
      }
    },
    async recordRefusal({ documentId, tried, userId, userEmail, clientAddress, userAgent }, context) {
      if (!isTried(tried)) throw invalidField('tried', `must be one of ${TRIED.join(', ')}`)
      const principal: Principal =
        userId === '' ? { kind: 'anonymous' } : { kind: 'user', id: userId, email: userEmail, admin: false }
      const caller = { principal, clientAddress, userAgent: userAgent || undefined }
      await documents.recordRefusal(parseId(documentId), tried, caller, context)
      return {}
    },
    async announceDocument({ documentId }, context) {
      return { announced: await documents.announce(parseId(documentId), context) }
    },
  }
}

/** The fields of the message that the table of fields has, with their kinds. */
const FIELDS = DocumentResponseSchema.fields
  .filter(({ name }) => (GRPC_FIELDS as readonly string[]).includes(name))
  .map((field) => {
    const name = field.name as DocumentField
    const isLong = field.scalar === ScalarType.INT64
    return { name, localName: field.localName, isLong, isNullable: fieldDefinition(name).nullable === true }
  })

export function documentOf(message: DocumentResponse): DocumentSummary {
  const values = message as unknown as Record<string, Value>
  const document: Record<string, Value> = {}
  for (const { name, localName, isLong, isNullable } of FIELDS) {
    const value = values[localName]!
    // The wire has no null.
    document[name] = isLong ? Number(value) : isNullable && value === '' ? null : value
  }
  return document as unknown as DocumentSummary
}

function messageOf(document: DocumentSummary): MessageInitShape<typeof DocumentResponseSchema> {
  const values = document as unknown as Record<string, Value>
  const message: Record<string, Value> = {}
  for (const { name, localName, isLong } of FIELDS) {
    const value = values[name]
    if (value !== null && value !== undefined) message[localName] = isLong ? BigInt(value) : value
  }
  return message
}

function parseId(value: string): string {
  const id = canonicalUuid(value)
  if (id === undefined) throw invalidField('document_id', 'must be a UUID')
  return id
}

function parseStatus(value: string): DocumentStatus {
  if (!isStatus(value)) throw invalidField('status', `must be one of ${STATUSES.join(', ')}`)
  return value
}
