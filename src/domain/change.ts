import { documentIdColumn, type Topic, type TopicRow } from './topics.ts'

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
  /** when the event was made, Unix time in milliseconds */
  ts_ms: number
}

export interface ChangeSource {
  version: string
  connector: string
  name: string
  /** when the transaction committed, Unix time in milliseconds */
  ts_ms: number
  snapshot: 'true' | 'first' | 'last' | 'false' | 'incremental'
  db: string
  schema: string
  table: string
  txId: number | null
  /** of the change's own record: not in commit order */
  lsn: number | null
}

/** A position in the change feed, opaque to all but the driver that made it: safe in URLs, at most 128 characters. */
export type Position = string
export const MAX_POSITION_CHARS = 128

/** One change as a consumer of the feed gets it. `key` is the id of the row. */
export type ChangeEvent = {
  [Name in Topic]: { topic: Name; key: string; value: Change<TopicRow<Name>>; position: Position }
}[Topic]

/** The trace context of the request that made the change; undefined for a row that a snapshot found. */
export function traceparentOf({ value: { op, after } }: ChangeEvent): string | undefined {
  return op === 'r' ? undefined : (after?.traceparent ?? undefined)
}

/** The id of the document that an event is about. */
export function documentIdOf({ topic, key, value }: ChangeEvent): string {
  const column = documentIdColumn(topic)
  if (column === 'id') return key
  const row = (value.after ?? value.before) as Record<string, unknown> | null
  return row?.[column] as string
}
