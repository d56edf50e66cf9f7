import type { Change, ChangeEvent, ChangeSource, Position, Topic } from '../../../domain/change.ts'
import type { ColumnValue } from './columns.ts'
import type { Lsn } from './lsn.ts'

export type Row = Readonly<Record<string, ColumnValue>>

/** Debezium's source block for PostgreSQL, whole. */
export interface PostgresSource extends ChangeSource {
  /** JSON: the end of the transaction before, and the change's own record */
  sequence: string
  ts_us: number
  /** beyond 2^53: the nearest number */
  ts_ns: number
  xmin: null
  origin: null
  origin_lsn: null
}

/** What all changes of one transaction, or of one snapshot, have in common. */
export interface Origin {
  database: string
  /** end of the commit before; undefined when not known */
  previousCommit: Lsn | undefined
  xid: number | null
  /** when it committed, microseconds since the epoch */
  committedUs: number
}

export interface RowChange {
  topic: Topic
  op: 'c' | 'u' | 'd' | 'r'
  before: Row | null
  after: Row | null
  lsn: Lsn
  snapshot: ChangeSource['snapshot']
}

/** The version of Debezium whose envelope this is. */
const VERSION = '3.7.0.docmgr'

const TABLES: Record<string, Topic> = {
  'documents.documents': 'cdc.documents',
  'signatures.signatures': 'cdc.signatures',
}

/** undefined for a table whose changes nobody gets */
export function topicOf(schema: string, table: string): Topic | undefined {
  return TABLES[`${schema}.${table}`]
}

/** @param nowMs milliseconds since the epoch */
export function makeEvent(change: RowChange, origin: Origin, position: Position, nowMs: number): ChangeEvent {
  // Schema, table and the end of the topic have one name.
  const table = change.topic.slice('cdc.'.length)
  const previous = origin.previousCommit === undefined ? 'null' : `"${origin.previousCommit}"`
  const source: PostgresSource = {
    version: VERSION,
    connector: 'postgresql',
    name: 'docmgr',
    ts_ms: Math.floor(origin.committedUs / 1000),
    snapshot: change.snapshot,
    db: origin.database,
    sequence: `[${previous},"${change.lsn}"]`,
    ts_us: origin.committedUs,
    ts_ns: origin.committedUs * 1000,
    schema: table,
    table,
    txId: origin.xid,
    lsn: Number(change.lsn),
    xmin: null,
    origin: null,
    origin_lsn: null,
  }
  const value = {
    before: change.before,
    after: change.after,
    source,
    transaction: null,
    op: change.op,
    ts_ms: nowMs,
    ts_us: nowMs * 1000,
    ts_ns: nowMs * 1_000_000,
  }
  const key = String((change.after ?? change.before)?.['id'])
  return {
    topic: change.topic,
    key,
    value: value as unknown as Change<never>,
    position,
  } satisfies ChangeEvent
}
