import { Queue } from '../delivery/queue.ts'
import type { LogItem } from './log-item.ts'

/** Records to read before a range, so that repeats of them within it are recognised. */
export const DEDUPLICATION_LEAD = 1_000
const DEFAULT_LIMIT = 50_000

/**
 * Recognises what Debezium wrote twice: a connector that lost its last offsets sends the same changes again, at new
 * offsets. A change is identified by its record in PostgreSQL's log, its transaction and its row, never by an order: so
 * nothing new is dropped when the log starts over, as after a restore. A record that is read again is no repeat. The
 * oldest changes are forgotten first; a later repeat of them is delivered again.
 */
export class Deduplicator {
  /** where each change was first seen */
  readonly #seen = new Map<string, string>()
  readonly #order = new Queue<string>()
  readonly #limit: number

  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit
  }

  isRepeat({ topicIndex, partition, record, parsed }: LogItem): boolean {
    if (parsed.kind === 'malformed') return false
    const { key, value } = parsed.event
    const { lsn, txId } = value.source
    if (lsn === null || lsn === undefined) return false
    const change = `${lsn}/${txId}/${value.op}${key}`
    const place = `${topicIndex}/${partition}/${record.offset}`
    const first = this.#seen.get(change)
    if (first !== undefined) return first !== place
    this.#seen.set(change, place)
    this.#order.push(change)
    if (this.#order.length > this.#limit) this.#seen.delete(this.#order.shift()!)
    return false
  }
}
