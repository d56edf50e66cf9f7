import type { ChangeEvent, Position } from '../../../domain/change.ts'
import type { ResetReason } from '../driver.ts'
import { EventReader } from './event-reader.ts'
import type { LogItem } from './log-item.ts'
import { Cursor, isReached, type Offsets } from './position.ts'
import { type BufferLimits, isAfter, rebase, ReplayBuffer } from './replay-buffer.ts'
import type { TopicNames } from '../../../kafka/topics.ts'
import type { KafkaOffset } from '../../../kafka/types.ts'

export const SNAPSHOT_REASON = 'all rows were read again, and changes before that may be missing'

/** What was read from the log until now: the position, and the most recent events. */
export class RecentEvents {
  readonly #reader: EventReader
  readonly #buffer: ReplayBuffer
  /** the first row of the last snapshot before which events may be missing */
  #gap: { topicIndex: number; partition: number; next: number } | undefined

  constructor(identity: string, from: Offsets, limits: BufferLimits) {
    this.#reader = new EventReader(identity, from)
    this.#buffer = new ReplayBuffer(limits, from)
  }

  get cursor(): Cursor {
    return this.#reader.cursor
  }

  /** the earliest position that `replay` can answer from memory */
  get oldest(): Position {
    return new Cursor(this.cursor.identity, this.#buffer.start).position
  }

  /** @returns the event to deliver, and whether events may be missing before it */
  read(item: LogItem): { event: ChangeEvent; startsGap: boolean } | undefined {
    const read = this.#reader.read(item)
    if (!read) return undefined
    const { topicIndex, partition, record } = item
    if (read.startsGap) this.#gap = { topicIndex, partition, next: record.offset + 1 }
    if (read.buffered) this.#buffer.add(read.buffered)
    return read
  }

  /** Moves on over records that are not events. */
  skipTo(places: KafkaOffset[], { changes }: TopicNames): void {
    for (const { topic, partition, offset } of places) {
      this.cursor.move(changes.indexOf(topic), partition, offset)
    }
  }

  /** @returns undefined when `after` is older than the buffer */
  replay(documentId: string, after: Offsets, limit: number): ChangeEvent[] | ResetReason | undefined {
    if (this.#gap && isAfter(this.#gap, after)) return { reset: SNAPSHOT_REASON }
    if (!isReached(after, this.#buffer.start)) return undefined
    const missed = this.#buffer.of(documentId).filter((event) => isAfter(event, after))
    return missed.slice(0, limit).map((event) => rebase(event, after))
  }
}
