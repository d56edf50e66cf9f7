import { type ChangeEvent, documentIdOf } from '../../../domain/change.ts'
import { Deduplicator } from './deduplicator.ts'
import type { LogItem } from './log-item.ts'
import { Cursor, type Offsets } from './position.ts'
import type { BufferedEvent } from './replay-buffer.ts'
import { SnapshotDetector } from './snapshot-detector.ts'

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
  readonly #snapshots: SnapshotDetector

  /** @param from offsets of the first records that will be read */
  constructor(identity: string, from: Offsets) {
    this.cursor = new Cursor(identity, from)
    this.#snapshots = new SnapshotDetector(from.flat().every((offset) => offset === 0))
  }

  /** @returns undefined for a repeat and for a malformed record */
  read(item: LogItem): ReadEvent | undefined {
    const { parsed, topic, topicIndex, partition, record } = item
    const next = record.offset + 1
    this.cursor.move(topicIndex, partition, next)
    if (parsed.kind === 'malformed' || this.#deduplicator.isRepeat(item)) return undefined
    const position = this.cursor.positionOf(topicIndex, partition)
    const event = { ...parsed.event, position } as ChangeEvent
    const startsGap = this.#snapshots.startsGap(event)
    if (event.value.op === 'r') return { event, startsGap, buffered: undefined }
    const { key } = event
    const documentId = documentIdOf(event)
    const buffered = { documentId, topic, key, text: parsed.text, topicIndex, partition, next, position }
    return { event, startsGap, buffered }
  }
}
