import type { ChangeEvent, Position } from '../../../domain/change.ts'
import type { TopicNames } from '../../../kafka/topic-names.ts'
import type { KafkaOffset } from '../../../kafka/types.ts'
import { Queue } from '../delivery/queue.ts'
import type { ResetReason } from '../driver.ts'
import { EventReader, isAfter, type LogPlace, type ReplayableEvent, rebase } from './event-reader.ts'
import type { LogItem } from './log-item.ts'
import { Cursor, isReached, type Offsets } from './position.ts'

export interface BufferLimits {
  events: number
  bytes: number
}

export const SNAPSHOT_REASON = 'all rows were read again, and changes before that may be missing'
/** Bytes of an event beside its JSON; measured. */
const OVERHEAD_BYTES = 500

/** What was read from the log until now: the position, and the most recent events, by document. */
export class RecentEvents {
  readonly #reader: EventReader
  readonly #limits: BufferLimits
  readonly #events = new Queue<ReplayableEvent>()
  readonly #byDocument = new Map<string, ReplayableEvent[]>()
  #bytes = 0
  /** every event since then is in memory */
  readonly #start: Cursor
  /** the first row of the last snapshot before which events may be missing */
  #gap: LogPlace | undefined

  /** @param from offsets of the first records that will be read */
  constructor(identity: string, from: Offsets, limits: BufferLimits) {
    this.#reader = new EventReader(identity, from)
    this.#start = new Cursor(identity, from)
    this.#limits = limits
  }

  get cursor(): Cursor {
    return this.#reader.cursor
  }

  /** the earliest position that `replay` can answer from memory */
  get oldest(): Position {
    return this.#start.position
  }

  /** @returns the event to deliver, and whether events may be missing before it */
  read(item: LogItem): { event: ChangeEvent; startsGap: boolean } | undefined {
    const read = this.#reader.read(item)
    if (read?.startsGap) this.#gap = read.place
    if (read?.replayable) this.#add(read.replayable)
    return read
  }

  /** Moves on over records that are not events. */
  skipTo(places: KafkaOffset[], { changes }: TopicNames): void {
    for (const { topic, partition, offset } of places) {
      this.cursor.move(changes.indexOf(topic), partition, offset)
    }
  }

  /** @param documentId undefined: of all documents. @returns undefined when `after` is older than what is in memory */
  replay(
    documentId: string | undefined,
    after: Offsets,
    limit: number,
  ): ChangeEvent[] | ResetReason | undefined {
    if (this.#gap && isAfter(this.#gap, after)) return { reset: SNAPSHOT_REASON }
    if (!isReached(after, this.#start.offsets)) return undefined
    const events = documentId === undefined ? this.#events : (this.#byDocument.get(documentId) ?? [])
    const missed: ChangeEvent[] = []
    for (const event of events) {
      if (missed.length === limit) break
      if (isAfter(event, after)) missed.push(rebase(event, after))
    }
    return missed
  }

  /** Beyond the limits the oldest events are removed. */
  #add(event: ReplayableEvent): void {
    this.#events.push(event)
    const others = this.#byDocument.get(event.documentId)
    if (others) others.push(event)
    else this.#byDocument.set(event.documentId, [event])
    this.#bytes += event.text.length + OVERHEAD_BYTES
    while (this.#bytes > this.#limits.bytes || this.#events.length > this.#limits.events) this.#removeOldest()
  }

  #removeOldest(): void {
    const { documentId, topicIndex, partition, next, text } = this.#events.shift()!
    const others = this.#byDocument.get(documentId)!
    if (others.length === 1) this.#byDocument.delete(documentId)
    else others.shift()
    this.#bytes -= text.length + OVERHEAD_BYTES
    this.#start.move(topicIndex, partition, next)
  }
}
