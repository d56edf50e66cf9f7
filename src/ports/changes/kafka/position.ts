import { MAX_POSITION_CHARS, type Position } from '../../../domain/change.ts'
import { TOPIC_TABLE } from '../../../domain/topics.ts'
import type { TopicNames } from '../../../kafka/topic-names.ts'
import type { KafkaOffset } from '../../../kafka/types.ts'

/** Offsets of the next records: for each of TOPICS, for each partition. Missing ones are 0. */
export type Offsets = number[][]

/**
 * `<identity>.<letter of a topic><partition>.<offsets>..<offsets>`: the offsets of each of TOPICS, in base 64. The part
 * after the identity names the offset that an event moved, or is `-`.
 */
export interface KafkaPosition {
  /** of cluster and topics, see LogReader.identity */
  identity: string
  /** [index in TOPICS, partition] of the event that has this position */
  moved: [number, number] | undefined
  offsets: Offsets
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]))
const LETTERS = TOPIC_TABLE.map(({ letter }) => letter).join('')
const PATTERN = new RegExp(`^([\\w-]{8})\\.(?:-|([${LETTERS}])(\\d{1,3}))\\.([\\w.-]*)$`)
/** Positions of an older version, with fewer topics, have it too. */
export const POSITION_FORM = /^[\w-]{8}\.(?:-|[a-z]\d{1,3})\.[\w.-]*$/

/** undefined for a text of another form */
export function parsePosition(position: Position): KafkaPosition | undefined {
  const parts = position.length <= MAX_POSITION_CHARS ? PATTERN.exec(position) : null
  if (!parts) return undefined
  const [, identity, letter, partition, texts] = parts
  const offsets = texts!.split('..').map(parseOffsets)
  if (offsets.length !== LETTERS.length || offsets.flat().some(Number.isNaN)) return undefined
  const moved: [number, number] | undefined = letter
    ? [LETTERS.indexOf(letter), Number(partition)]
    : undefined
  if (moved && !offsets[moved[0]]![moved[1]]) return undefined
  return { identity: identity!, moved, offsets }
}

function parseOffsets(text: string): number[] {
  return text === '' ? [] : text.split('.').map(parseNumber)
}

function parseNumber(text: string): number {
  if (text === '' || text.length > 9) return NaN
  let number = 0
  for (const digit of text) number = number * 64 + VALUES.get(digit)!
  return number <= Number.MAX_SAFE_INTEGER ? number : NaN
}

function formatNumber(number: number): string {
  let text = ''
  do {
    text = DIGITS[number % 64]! + text
    number = Math.floor(number / 64)
  } while (number > 0)
  return text
}

export function formatPosition({ identity, moved, offsets }: KafkaPosition): Position {
  const place = moved ? `${LETTERS[moved[0]]}${moved[1]}` : '-'
  return `${identity}.${place}.${offsets.map((some) => some.map(formatNumber).join('.')).join('..')}`
}

/** Of a reader that has not started: in no cluster, so that a client that resumes there is reset. */
export const NOWHERE = formatPosition({
  identity: '-'.repeat(8),
  moved: undefined,
  offsets: TOPIC_TABLE.map(() => []),
})

/** The position of a reader, which moves with each record that it reads. */
export class Cursor {
  readonly identity: string
  readonly offsets: Offsets

  constructor(identity: string, offsets: Offsets) {
    this.identity = identity
    this.offsets = offsets.map((some) => [...some])
  }

  move(topic: number, partition: number, offset: number): void {
    const offsets = this.offsets[topic]!
    while (offsets.length < partition) offsets.push(0)
    offsets[partition] = offset
  }

  get position(): Position {
    return formatPosition({ ...this, moved: undefined })
  }

  /** The position of the event that moved it there. */
  positionOf(topic: number, partition: number): Position {
    return formatPosition({ ...this, moved: [topic, partition] })
  }
}

export function toOffsets(places: KafkaOffset[], { changes }: TopicNames): Offsets {
  const offsets: Offsets = changes.map(() => [])
  for (const { topic, partition, offset } of places) offsets[changes.indexOf(topic)]![partition] = offset
  return offsets.map((some) => Array.from(some, (offset) => offset ?? 0))
}

export function fromOffsets(offsets: Offsets, { changes }: TopicNames): KafkaOffset[] {
  return offsets.flatMap((some, index) =>
    some.map((offset, partition) => ({ topic: changes[index]!, partition, offset })),
  )
}

/** Whether everything before `past` is before `offsets` too. */
export function isReached(offsets: Offsets, past: Offsets): boolean {
  return past.every((some, topic) =>
    some.every((offset, partition) => (offsets[topic]![partition] ?? 0) >= offset),
  )
}

/** Picks one of the offsets of each partition, such as the latest with Math.max. */
export function combineOffsets(pick: (...offsets: number[]) => number, ...all: Offsets[]): Offsets {
  return all[0]!.map((_, topic) => {
    const partitions = Math.max(...all.map((offsets) => offsets[topic]!.length))
    return Array.from({ length: partitions }, (_, partition) =>
      pick(...all.map((offsets) => offsets[topic]![partition] ?? 0)),
    )
  })
}

/** Positions are asked for again and again: for the same event by all its subscribers, who often stand at one place. */
function memoizeLast<T>(parse: (text: string) => T): (text: string) => T {
  let last: string | undefined
  let parsed: T
  return (text) => {
    if (text !== last) {
      parsed = parse(text)
      last = text
    }
    return parsed
  }
}

/** @returns whether both are of one identity, and `event` is not after `position` */
export function createCovers(): (position: Position, event: Position) => boolean {
  const parseOne = memoizeLast(parsePosition)
  const parseOther = memoizeLast(parsePosition)
  return (position, event) => {
    const [reader, done] = [parseOne(position), parseOther(event)]
    if (!reader || !done?.moved || reader.identity !== done.identity) return false
    const [topic, partition] = done.moved
    return (reader.offsets[topic]![partition] ?? 0) >= done.offsets[topic]![partition]!
  }
}
