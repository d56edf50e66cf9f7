import type { Change, ChangeEvent, DocumentRow, SignatureRow } from '../../domain/change.ts'
import type { DocumentStatus } from '../../domain/document.ts'

export type MessageType =
  | 'document.created'
  | 'document.updated'
  | 'document.status_changed'
  | 'document.sent'
  | 'document.viewed'
  | 'document.signed'
  | 'document.deleted'
  | 'signature.added'

/** What subscribers of a document are told of a change. On the wire a `position` is added. */
export interface Message {
  type: MessageType
  data: Record<string, unknown>
  /** when the change was committed, ISO 8601 */
  timestamp: string
}

/** The statuses whose change is sent under a name of its own. */
const NAMED: Partial<Record<DocumentStatus, MessageType>> = {
  sent: 'document.sent',
  viewed: 'document.viewed',
  signed: 'document.signed',
}

/** Fields whose change is an update of the document, as REST shows it. */
const CONTENT_FIELDS = [
  'title',
  'content_type',
  'content_size',
  'content_sha256',
  's3_key',
  'created_by',
] as const

/**
 * The messages of an event, in the order in which they are sent. One event can have several (a title and a
 * status that changed together) or none (a row that a snapshot found, the purge of a document that was
 * deleted before). The same event always gives the same messages: resume counts on it.
 */
export function messagesOf(event: ChangeEvent): Message[] {
  const timestamp = new Date(event.value.source.ts_ms).toISOString()
  const messages = event.topic === 'cdc.documents' ? ofDocument(event.value) : ofSignature(event.value)
  return messages.map(([type, data]) => ({ type, data, timestamp }))
}

type Content = [type: MessageType, data: Record<string, unknown>]

function ofDocument({ op, before, after }: Change<DocumentRow>): Content[] {
  switch (op) {
    case 'r':
      return []
    case 'c':
      return [['document.created', documentData(after!)]]
    case 'd':
      return before && !before.deleted_at ? [['document.deleted', documentData(before)]] : []
    case 'u':
      return ofUpdate(before, after!)
  }
}

function ofUpdate(before: DocumentRow | null, after: DocumentRow): Content[] {
  const data = documentData(after)
  if (after.deleted_at) {
    return before?.deleted_at ? [] : [['document.deleted', { ...data, deleted_at: after.deleted_at }]]
  }
  const messages: Content[] = []
  const changed = CONTENT_FIELDS.filter((field) => before?.[field] !== after[field])
  const moved = before !== null && before.status !== after.status
  if (changed.length > 0 || (!moved && before?.version !== after.version)) {
    messages.push(['document.updated', { ...data, changed }])
  }
  if (moved) {
    const type = NAMED[after.status] ?? 'document.status_changed'
    messages.push([type, { ...data, old_status: before.status, new_status: after.status }])
  }
  return messages
}

/** The document as REST shows it; its id is named document_id, as in signature.added. */
function documentData(row: DocumentRow): Record<string, unknown> {
  return {
    document_id: row.id,
    version: row.version,
    title: row.title,
    status: row.status,
    content_type: row.content_type,
    content_size: row.content_size,
    content_sha256: row.content_sha256,
    s3_key: row.s3_key,
    created_by: row.created_by,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}

/** Neither the image nor the signer's address is anything for every subscriber. */
function ofSignature({ op, after }: Change<SignatureRow>): Content[] {
  if (op !== 'c') return []
  const { id, document_id, signer_email, signer_name, signed_at } = after!
  return [['signature.added', { document_id, signature_id: id, signer_email, signer_name, signed_at }]]
}
