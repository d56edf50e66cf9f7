import { type ChangeEvent, documentIdOf, type Position } from '../../../domain/change.ts'
import { Deduplicator } from './deduplicator.ts'
import type { LogItem } from './log-item.ts'
import { combineOffsets, Cursor, formatPosition, type Offsets, parsePosition } from './position.ts'

/** Where an event is in the log. */
export interface LogPlace {
  /** index of the topic in TOPICS */
  topicIndex: number
  partition: number
  /** offset of the next record */
  next: number
}

/** An event in memory, with the position of a reader that had read everything up to it. */
export interface ReplayableEvent extends LogPlace {
  documentId: string
  topic: ChangeEvent['topic']
  key: string
  /** JSON of the value */
  text: string
  position: Position
}

interface ReadEvent {
  event: ChangeEvent
  place: LogPlace
  /** undefined for a row of a snapshot, which is not replayed */
  replayable: ReplayableEvent | undefined
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
    const place = { topicIndex, partition, next: record.offset + 1 }
    this.cursor.move(topicIndex, partition, place.next)
    if (parsed.kind === 'malformed' || this.#deduplicator.isRepeat(item)) return undefined
    const position = this.cursor.positionOf(topicIndex, partition)
    const event = { ...parsed.event, position } as ChangeEvent
    const startsGap = this.#startsGap(event)
    if (event.value.op === 'r') return { event, place, startsGap, replayable: undefined }
    const { key } = event
    const replayable = { ...place, documentId: documentIdOf(event), topic, key, text: parsed.text, position }
    return { event, place, startsGap, replayable }
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

/** Whether a reader at `offsets` has not seen the event. */
export function isAfter({ topicIndex, partition, next }: LogPlace, offsets: Offsets): boolean {
  return next > (offsets[topicIndex]![partition] ?? 0)
}

/**
 * The event with the position of a reader that was at `after` and then read up to this event: such a reader may be
 * ahead of the event's own position in other partitions.
 */
export function rebase(event: ReplayableEvent, after: Offsets): ChangeEvent {
  const { topic, key, text, topicIndex, partition } = event
  const { identity, offsets } = parsePosition(event.position)!
  const moved: [number, number] = [topicIndex, partition]
  const position = formatPosition({ identity, moved, offsets: combineOffsets(Math.max, offsets, after) })
  return { topic, key, value: JSON.parse(text), position } as ChangeEvent
}
