import { type ChangeEvent, documentIdOf } from '../../../domain/change.ts'
import { Deduplicator } from './deduplicator.ts'
import type { LogItem } from './log-item.ts'
import { Cursor, type Offsets } from './position.ts'
import type { BufferedEvent } from './replay-buffer.ts'

export interface ReadEvent {
  event: ChangeEvent
  /** undefined for a row of a snapshot, which is not replayed */
  buffered: BufferedEvent | undefined
  /** the first row of a snapshot before which events may be missing */
  startsGap: boolean
}

/** Makes events of what is read from the log: assigns positions, drops repeats, and finds snapshots. */
export class EventReader {
  readonly cursor: Cursor
  readonly #deduplicator = new Deduplicator()
  /** nothing that was read until now can have been missed */
  #isComplete: boolean
  /** of the last snapshot */
  #snapshotLsn: number | null | undefined

  /** @param from offsets of the first records that will be read */
  constructor(identity: string, from: Offsets) {
    this.cursor = new Cursor(identity, from)
    this.#isComplete = from.flat().every((offset) => offset === 0)
  }

  /** @returns undefined for a repeat and for a malformed record */
  read(item: LogItem): ReadEvent | undefined {
    const { parsed, topic, topicIndex, partition, record } = item
    const next = record.offset + 1
    this.cursor.move(topicIndex, partition, next)
    if (parsed.kind === 'malformed' || this.#deduplicator.isRepeat(item)) return undefined
    const position = this.cursor.positionOf(topicIndex, partition)
    const event = { ...parsed.event, position } as ChangeEvent
    const startsGap = this.#startsGap(event)
    if (event.value.op === 'r') return { event, startsGap, buffered: undefined }
    const { key } = event
    const documentId = documentIdOf(event)
    const buffered = { documentId, topic, key, text: parsed.text, topicIndex, partition, next, position }
    return { event, startsGap, buffered }
  }

  /**
   * Whether this is the first row of a snapshot before which events may be missing. The first time that Debezium reads
   * all rows nothing is missing; later it means that the replication slot was lost or created again, and that changes in
   * between were never sent.
   */
  #startsGap({ value: { op, source } }: ChangeEvent): boolean {
    if (op !== 'r') {
      this.#isComplete = false
      return false
    }
    // Requested rows, beside the stream that goes on.
    if (source.snapshot === 'incremental') return false
    const isNew = source.lsn !== this.#snapshotLsn
    this.#snapshotLsn = source.lsn
    return isNew && !this.#isComplete
  }
}
