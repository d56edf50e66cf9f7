import { Queue } from '../delivery/queue.ts'
import type { UnplacedEvent } from './record.ts'

/** Of the records before a place that reading begins with, so that what is repeated after it is known. */
export const REPEATS_LEAD = 1_000
const DEFAULT_LIMIT = 50_000

/**
 * Finds what Debezium wrote twice: after a connector has lost its last notes it sends the same changes again, at new
 * offsets. A change is known by its record in PostgreSQL's log, its transaction and its row, never by being older
 * than another: so nothing new is dropped when the log begins anew, as after a restore. What was seen longest ago is
 * forgotten first; a repeat of that is delivered again.
 */
export class RepeatFilter {
  readonly #seen = new Set<string>()
  readonly #order = new Queue<string>()
  readonly #limit: number

  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit
  }

  isRepeat({ key, value }: UnplacedEvent): boolean {
    const { lsn, txId } = value.source
    if (lsn === null || lsn === undefined) return false
    const change = `${lsn}/${txId}/${value.op}${key}`
    if (this.#seen.has(change)) return true
    this.#seen.add(change)
    this.#order.push(change)
    if (this.#order.length > this.#limit) for (const old of this.#order.take(1)) this.#seen.delete(old)
    return false
  }
}
