import type { ChangeEvent } from '../../../domain/change.ts'
import { Queue } from '../delivery/queue.ts'
import { combineOffsets, formatPosition, type Offsets, parsePosition } from './position.ts'

/** An event in memory, with the position of a reader that had read everything up to it. */
export interface BufferedEvent {
  documentId: string
  topic: ChangeEvent['topic']
  key: string
  /** JSON of the value */
  text: string
  /** index of the topic in TOPICS */
  topicIndex: number
  partition: number
  /** offset of the next record */
  next: number
  position: string
}

export interface BufferLimits {
  events: number
  bytes: number
}

/** Bytes of an event beside its JSON; measured. */
const OVERHEAD_BYTES = 500

/** The most recent events, by document. Beyond the limits the oldest are removed. */
export class ReplayBuffer {
  readonly #limits: BufferLimits
  readonly #events = new Queue<BufferedEvent>()
  readonly #byDocument = new Map<string, BufferedEvent[]>()
  #bytes = 0
  readonly #start: Offsets

  /** @param start offsets of the first events that will be added */
  constructor(limits: BufferLimits, start: Offsets) {
    this.#limits = limits
    this.#start = start.map((some) => [...some])
  }

  /** Every event since these offsets is in the buffer. */
  get start(): Offsets {
    return this.#start
  }

  get size(): number {
    return this.#events.length
  }

  add(event: BufferedEvent): void {
    this.#events.push(event)
    const others = this.#byDocument.get(event.documentId)
    if (others) others.push(event)
    else this.#byDocument.set(event.documentId, [event])
    this.#bytes += event.text.length + OVERHEAD_BYTES
    while (this.#bytes > this.#limits.bytes || this.#events.length > this.#limits.events) this.#removeOldest()
  }

  /** The events of a document, in the order in which they were read. */
  of(documentId: string): readonly BufferedEvent[] {
    return this.#byDocument.get(documentId) ?? []
  }

  #removeOldest(): void {
    const { documentId, topicIndex, partition, next, text } = this.#events.shift()!
    const others = this.#byDocument.get(documentId)!
    if (others.length === 1) this.#byDocument.delete(documentId)
    else others.shift()
    this.#bytes -= text.length + OVERHEAD_BYTES
    const start = this.#start[topicIndex]!
    while (start.length <= partition) start.push(0)
    start[partition] = Math.max(start[partition]!, next)
  }
}

/** Whether a reader at `offsets` has not seen the event. */
export function isAfter(
  { topicIndex, partition, next }: Pick<BufferedEvent, 'topicIndex' | 'partition' | 'next'>,
  offsets: Offsets,
): boolean {
  return next > (offsets[topicIndex]![partition] ?? 0)
}

/**
 * The event with the position of a reader that was at `after` and then read up to this event: such a reader may be
 * ahead of the buffered position in other partitions.
 */
export function rebase(event: BufferedEvent, after: Offsets): ChangeEvent {
  const { topic, key, text, topicIndex, partition } = event
  const { identity, offsets } = parsePosition(event.position)!
  const moved: [number, number] = [topicIndex, partition]
  const position = formatPosition({ identity, moved, offsets: combineOffsets(Math.max, offsets, after) })
  return { topic, key, value: JSON.parse(text), position } as ChangeEvent
}
