import type { Change, ChangeEvent, ChangeSource, Position } from '../../../domain/change.ts'
import { type Topic, TOPIC_TABLE, type TopicDefinition } from '../../../domain/topics.ts'
import type { ColumnValue } from '../../../db/column-values.ts'
import type { Lsn } from '../../../db/lsn.ts'

export type Row = Readonly<Record<string, ColumnValue>>

/** Debezium's complete source block for PostgreSQL. */
export interface PostgresSource extends ChangeSource {
  /** JSON: the end of the previous transaction, and the change's own record */
  sequence: string
  ts_us: number
  /** beyond 2^53: the nearest number */
  ts_ns: number
  xmin: null
  origin: null
  origin_lsn: null
}

/** What the changes of one transaction or one snapshot have in common. */
export interface Origin {
  database: string
  /** end of the previous commit; undefined when not known */
  previousCommit: Lsn | undefined
  xid: number | null
  /** when it committed, Unix time in microseconds */
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

/** Names the version of Debezium that the envelope is compatible with. */
const VERSION = '3.7.0.docmgr'

const TOPIC_BY_TABLE = new Map<string, Topic>(
  TOPIC_TABLE.map(({ topic, schema, table }) => [`${schema}.${table}`, topic]),
)
const DEFINITIONS = new Map<Topic, Pick<TopicDefinition, 'schema' | 'table'>>(
  TOPIC_TABLE.map((definition) => [definition.topic, definition]),
)

/** @returns undefined for a table whose changes are not published */
export function topicOf(schema: string, table: string): Topic | undefined {
  return TOPIC_BY_TABLE.get(`${schema}.${table}`)
}

/** @param nowMs Unix time in milliseconds */
export function makeEvent(change: RowChange, origin: Origin, position: Position, nowMs: number): ChangeEvent {
  const { schema, table } = DEFINITIONS.get(change.topic)!
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
    schema,
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
