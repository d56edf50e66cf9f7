import type { DocumentStatus } from './document.ts'

/** The topics that changes of the two tables are published on. */
export const TOPICS = ['cdc.documents', 'cdc.signatures'] as const
export type Topic = (typeof TOPICS)[number]

/** A row of documents.documents as an event carries it. */
export interface DocumentRow {
  id: string
  title: string
  content_type: string
  content_size: number
  content_sha256: string | null
  /** null for a row whose content was never stored; such a row is not indexed */
  s3_key: string | null
  status: DocumentStatus
  created_by: string
  created_at: string
  updated_at: string
  version: number
  deleted_at: string | null
  /** W3C trace context of the request that made this change */
  traceparent: string | null
}

/** A row of signatures.signatures as an event carries it. */
export interface SignatureRow {
  id: string
  document_id: string
  signer_email: string
  signer_name: string
  signed_at: string
  ip_address: string | null
  image_size: number | null
  image_sha256: string | null
  traceparent: string | null
}

/**
 * Debezium's change event envelope for PostgreSQL, JSON without schemas
 * (Debezium documentation, "PostgreSQL connector", change event values).
 */
export interface Change<Row> {
  /** create, update, delete, or read: a row that an initial snapshot found */
  op: 'c' | 'u' | 'd' | 'r'
  /** the whole old row (REPLICA IDENTITY FULL); null for c and r */
  before: Row | null
  /** null for d */
  after: Row | null
  source: ChangeSource
  /** when the event was made, milliseconds since the epoch */
  ts_ms: number
}

export interface ChangeSource {
  version: string
  connector: string
  name: string
  /** when the transaction committed, milliseconds since the epoch */
  ts_ms: number
  snapshot: 'true' | 'first' | 'last' | 'false' | 'incremental'
  db: string
  schema: string
  table: string
  txId: number | null
  /** of the change's own record: not in commit order */
  lsn: number | null
}

/**
 * A place in the change feed, opaque to everyone but the adapter that made it: safe in URLs, at most 128 characters.
 */
export type Position = string

/** One change as a consumer of the feed gets it. */
export type ChangeEvent =
  | { topic: 'cdc.documents'; key: string; value: Change<DocumentRow>; position: Position }
  | { topic: 'cdc.signatures'; key: string; value: Change<SignatureRow>; position: Position }

/** The document that an event is about. */
export function documentIdOf(event: ChangeEvent): string {
  if (event.topic === 'cdc.documents') return event.key
  return (event.value.after ?? event.value.before)!.document_id
}
