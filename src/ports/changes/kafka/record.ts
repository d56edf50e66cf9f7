import type { Change, ChangeEvent, Topic } from '../../../domain/change.ts'
import type { KafkaRecord } from './link.ts'

/** An event that does not have its position yet. */
export type UnplacedEvent = Omit<ChangeEvent, 'position'>

export type ParsedRecord =
  | { kind: 'event'; event: UnplacedEvent; /** the value as it was read */ text: string }
  /** a tombstone, which follows a delete; or an operation that is not on a row */
  | { kind: 'nothing' }
  | { kind: 'malformed'; error: Error }

const ROW_OPS = new Set(['c', 'u', 'd', 'r'])
/** truncate, and a message of pg_logical_emit_message */
const OTHER_OPS = new Set(['t', 'm'])

/** What Debezium wrote, as every adapter of the feed gives it. Never throws. */
export function parseRecord(topic: Topic, { value }: KafkaRecord): ParsedRecord {
  if (value === null) return { kind: 'nothing' }
  const text = value.toString('utf8')
  try {
    const change = JSON.parse(text) as Change<never>
    if (OTHER_OPS.has(change?.op)) return { kind: 'nothing' }
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
  const row = (op === 'd' ? before : after) as { id?: unknown; document_id?: unknown } | null
  if (typeof row?.id !== 'string') throw new Error('the row or its id is missing')
  if (topic === 'cdc.signatures' && typeof row.document_id !== 'string') {
    throw new Error('document_id is missing: signatures.signatures needs REPLICA IDENTITY FULL')
  }
  return row.id
}
