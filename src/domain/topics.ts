/**
 * The one table of topics: the tables whose changes are published, one topic each. The change feed's drivers, positions,
 * snapshots, history and Debezium's connector derive from it. CONTRIBUTING.md has the recipe for a new topic.
 */
import type { DocumentRow } from './document-fields.ts'

/** A row of signatures.signatures as a change event carries it. */
export interface SignatureRow {
  id: string
  document_id: string
  signer_email: string
  signer_name: string
  signed_at: string
  ip_address: string | null
  content_sha256: string | null
  client_address: string | null
  token_subject: string | null
  signed_by: string | null
  image_encoding: 'base64' | 'text' | null
  image_prefix: string | null
  image_type: string | null
  image_size: number | null
  image_sha256: string | null
  traceparent: string | null
}

/** The row type of each topic's events. */
interface TopicRows {
  'cdc.documents': DocumentRow
  'cdc.signatures': SignatureRow
}

export type Topic = keyof TopicRows
export type TopicRow<Name extends Topic> = TopicRows[Name]

export interface TopicDefinition<Name extends Topic = Topic> {
  topic: Name
  schema: string
  table: string
  /** column that holds the id of the document that a row is about; the key of the topic's records in Kafka */
  documentId: keyof TopicRows[Name] & string
  /** stands for the topic in positions */
  letter: string
}

/**
 * Append, never reorder: Kafka positions hold offsets in this order. Tables and letters are unique, because the topics of
 * Kafka are named after the table alone. On Kafka a new topic makes every position unknown, so each client gets a reset,
 * and a topic can then have at most floor(16 / number of topics) partitions; topics with more cannot be read.
 */
export const TOPIC_TABLE = [
  { topic: 'cdc.documents', schema: 'documents', table: 'documents', documentId: 'id', letter: 'd' },
  {
    topic: 'cdc.signatures',
    schema: 'signatures',
    table: 'signatures',
    documentId: 'document_id',
    letter: 's',
  },
] as const satisfies readonly { [Name in Topic]: TopicDefinition<Name> }[Topic][]

export const TOPICS: readonly Topic[] = TOPIC_TABLE.map(({ topic }) => topic)

const DOCUMENT_ID_COLUMNS = new Map<Topic, string>(
  TOPIC_TABLE.map(({ topic, documentId }) => [topic, documentId]),
)

/** The column of a topic's rows that holds the document's id. */
export const documentIdColumn = (topic: Topic): string => DOCUMENT_ID_COLUMNS.get(topic)!

/** The types of the messages that subscribers of a document receive, most of them about a topic's changes. */
export const MESSAGE_TYPES = [
  'document.created',
  'document.updated',
  'document.status_changed',
  'document.sent',
  'document.viewed',
  'document.signed',
  'document.deleted',
  /** its text was read, or is read again; no new version */
  'document.text',
  'signature.added',
  /** from an administrator, not about a change */
  'broadcast',
] as const

export type MessageType = (typeof MESSAGE_TYPES)[number]
