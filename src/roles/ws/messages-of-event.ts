import { isDeepStrictEqual } from 'node:util'
import type { Change, ChangeEvent } from '../../domain/change.ts'
import type { DocumentRow } from '../../domain/document-fields.ts'
import type { SignatureRow } from '../../domain/topics.ts'
import { UPDATE_REPORTED_FIELDS, PUBLIC_FIELDS } from '../../domain/document-fields.ts'
import type { DocumentStatus } from '../../domain/document-status.ts'
import { textSummaryOf } from '../../domain/text-state.ts'
import type { MessageType, Topic, TopicRow } from '../../domain/topics.ts'

/** What subscribers of a document receive about a change. `encodeEvent` adds its `position`. */
export interface Message {
  type: MessageType
  data: Record<string, unknown>
  /** when the change was committed, ISO 8601 */
  timestamp: string
}

type Content = [type: MessageType, data: Record<string, unknown>]

/** The messages of each topic. A new topic is an entry here and one in domain/topics.ts. */
const MESSAGES: { [Name in Topic]: (change: Change<TopicRow<Name>>) => Content[] } = {
  'cdc.documents': messagesOfDocument,
  'cdc.signatures': messagesOfSignature,
}

/** The statuses with a message type of their own; the others are reported as `document.status_changed`. */
const STATUS_TYPES: Partial<Record<DocumentStatus, MessageType>> = {
  sent: 'document.sent',
  viewed: 'document.viewed',
  signed: 'document.signed',
}

/**
 * The messages of an event, in the order in which they are sent. An event can have several (a title and a status that
 * changed together) or none (a row of a snapshot, the purge of a deleted document). The same event always has the same
 * messages: resume depends on it.
 */
export function messagesOfEvent({ topic, value }: ChangeEvent): Message[] {
  const timestamp = new Date(value.source.ts_ms).toISOString()
  const contentsOf = MESSAGES[topic] as (change: typeof value) => Content[]
  return contentsOf(value).map(([type, data]) => ({ type, data, timestamp }))
}

function messagesOfDocument({ op, before, after }: Change<DocumentRow>): Content[] {
  switch (op) {
    case 'r':
      return []
    case 'c':
      return [['document.created', documentData(after!)]]
    case 'd':
      return before && !before.deleted_at ? [['document.deleted', documentData(before)]] : []
    case 'u':
      return messagesOfUpdate(before, after!)
  }
}

function messagesOfUpdate(before: DocumentRow | null, after: DocumentRow): Content[] {
  const data = documentData(after)
  if (after.deleted_at) {
    return before?.deleted_at ? [] : [['document.deleted', { ...data, deleted_at: after.deleted_at }]]
  }
  const messages: Content[] = []
  if (before !== null && !isDeepStrictEqual(textSummaryOf(before), textSummaryOf(after)))
    messages.push(['document.text', data])
  const changed = UPDATE_REPORTED_FIELDS.filter((field) => before?.[field] !== after[field])
  const moved = before !== null && before.status !== after.status
  if (changed.length > 0 || (!moved && before?.version !== after.version)) {
    messages.push(['document.updated', { ...data, changed }])
  }
  if (moved) {
    const type = STATUS_TYPES[after.status] ?? 'document.status_changed'
    messages.push([type, { ...data, old_status: before.status, new_status: after.status }])
  }
  return messages
}

/** The document as in REST, except that its id is called document_id, as in signature.added. */
function documentData(row: DocumentRow): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  for (const field of PUBLIC_FIELDS) data[field === 'id' ? 'document_id' : field] = row[field]
  return { ...data, text: textSummaryOf(row) }
}

/** Without the image and what is known of the client, which are not for every subscriber. */
function messagesOfSignature({ op, after }: Change<SignatureRow>): Content[] {
  if (op !== 'c') return []
  const { id, document_id, signer_email, signer_name, signed_at } = after!
  // Events from before the column have none.
  const { content_sha256 = null } = after!
  const data = { document_id, signature_id: id, signer_email, signer_name, signed_at, content_sha256 }
  return [['signature.added', data]]
}
