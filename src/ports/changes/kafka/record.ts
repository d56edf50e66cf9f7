import type { Change, ChangeEvent } from '../../../domain/change.ts'
import type { Topic } from '../../../domain/topics.ts'
import { documentIdColumn } from '../../../domain/topics.ts'
import type { KafkaRecord } from '../../../kafka/types.ts'

/** An event without its position. */
export type UnplacedEvent = Omit<ChangeEvent, 'position'>

export type ParsedRecord =
  | { kind: 'event'; event: UnplacedEvent; /** JSON of the value */ text: string }
  /** a record with the value null, which Debezium sends after a delete, or an operation that is not about a row */
  | { kind: 'ignored' }
  | { kind: 'malformed'; error: Error }

const ROW_OPS = new Set(['c', 'u', 'd', 'r'])
/** truncate, and a message of pg_logical_emit_message */
const OTHER_OPS = new Set(['t', 'm'])

/** Parses what Debezium wrote. Never throws. */
export function parseRecord(topic: Topic, { value }: KafkaRecord): ParsedRecord {
  if (value === null) return { kind: 'ignored' }
  const text = value.toString('utf8')
  try {
    const change = JSON.parse(text) as Change<never>
    if (OTHER_OPS.has(change?.op)) return { kind: 'ignored' }
    return {
      kind: 'event',
      event: { topic, key: keyOf(topic, change), value: change } as UnplacedEvent,
      text,
    }
  } catch (error) {
    return { kind: 'malformed', error: error as Error }
  }
}

function keyOf(topic: Topic, change: Change<never>): string {
  if (typeof change !== 'object' || change === null) throw new Error('the value is not an object')
  const { op, before, after, source } = change
  if (!ROW_OPS.has(op)) throw new Error(`op ${JSON.stringify(op)} is unknown`)
  if (typeof source !== 'object' || source === null || typeof source.ts_ms !== 'number') {
    throw new Error('the source is missing')
  }
  const row = (op === 'd' ? before : after) as Record<string, unknown> | null
  if (typeof row?.['id'] !== 'string') throw new Error('the row or its id is missing')
  const column = documentIdColumn(topic)
  if (typeof row[column] !== 'string') {
    throw new Error(`${column} is missing: the table of ${topic} needs REPLICA IDENTITY FULL`)
  }
  return row['id']
}
