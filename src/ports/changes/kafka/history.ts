import type { ChangeEvent } from '../../../domain/change.ts'
import { formatPosition, latest, type Offsets, parsePosition } from './position.ts'
import { Queue } from '../delivery/queue.ts'

/** An event as it is remembered: its JSON and where a reader stood who had read everything up to it. */
export interface Remembered {
  documentId: string
  topic: ChangeEvent['topic']
  key: string
  /** the value, as it was read */
  text: string
  /** number of the topic */
  number: number
  partition: number
  /** of the next record */
  next: number
  position: string
}

export interface MemoryLimits {
  events: number
  bytes: number
}

/** What an event costs beside its JSON, in bytes; measured. */
const OVERHEAD = 500

/** The most recent events, by document; of what is too much the oldest go first. */
export class KafkaMemory {
  readonly #limits: MemoryLimits
  readonly #events = new Queue<Remembered>()
  readonly #byDocument = new Map<string, Remembered[]>()
  #bytes = 0
  /** Everything that was read from here on is remembered. */
  #floor: Offsets

  constructor(limits: MemoryLimits, floor: Offsets) {
    this.#limits = limits
    this.#floor = floor.map((some) => [...some])
  }

  get floor(): Offsets {
    return this.#floor
  }

  get size(): number {
    return this.#events.length
  }

  add(event: Remembered): void {
    this.#events.push(event)
    const others = this.#byDocument.get(event.documentId)
    if (others) others.push(event)
    else this.#byDocument.set(event.documentId, [event])
    this.#bytes += event.text.length + OVERHEAD
    while (this.#bytes > this.#limits.bytes || this.#events.length > this.#limits.events) this.#forgetOldest()
  }

  /** In the order in which they were read. */
  of(documentId: string): readonly Remembered[] {
    return this.#byDocument.get(documentId) ?? []
  }

  #forgetOldest(): void {
    const [{ documentId, number, partition, next, text }] = this.#events.take(1) as [Remembered]
    const others = this.#byDocument.get(documentId)!
    if (others.length === 1) this.#byDocument.delete(documentId)
    else others.shift()
    this.#bytes -= text.length + OVERHEAD
    const floor = this.#floor[number]!
    while (floor.length <= partition) floor.push(0)
    floor[partition] = Math.max(floor[partition]!, next)
  }
}

/** Whether a reader who stands at `offsets` has not seen it yet. */
export function isAfter({ number, partition, next }: Remembered, offsets: Offsets): boolean {
  return next > (offsets[number]![partition] ?? 0)
}

/**
 * The event with the position of a reader who stood at `after`, then got this one and what was read before it: such a
 * reader may have been ahead in other partitions.
 */
export function recall(
  { topic, key, text, position, number, partition }: Remembered,
  after: Offsets,
): ChangeEvent {
  const { identity, offsets } = parsePosition(position)!
  const placed = formatPosition({ identity, moved: [number, partition], offsets: latest(offsets, after) })
  return { topic, key, value: JSON.parse(text), position: placed } as ChangeEvent
}
