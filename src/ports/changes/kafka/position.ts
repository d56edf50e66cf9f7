import type { Position } from '../../../domain/change.ts'
import { TOPIC_TABLE } from '../../../domain/topics.ts'

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
const MAX_CHARS = 128

/** undefined for a text of another form */
export function parsePosition(position: Position): KafkaPosition | undefined {
  const parts = position.length <= MAX_CHARS ? PATTERN.exec(position) : null
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

/** The position of a reader, which moves with each record that it reads. */
export class Cursor {
  readonly identity: string
  readonly offsets: Offsets
  readonly #texts: string[][]

  constructor(identity: string, offsets: Offsets) {
    this.identity = identity
    this.offsets = offsets.map((some) => [...some])
    this.#texts = offsets.map((some) => some.map(formatNumber))
  }

  move(topic: number, partition: number, offset: number): void {
    const [offsets, texts] = [this.offsets[topic]!, this.#texts[topic]!]
    for (let missing = offsets.length; missing < partition; missing++) {
      offsets[missing] = 0
      texts[missing] = formatNumber(0)
    }
    offsets[partition] = offset
    texts[partition] = formatNumber(offset)
  }

  get position(): Position {
    return this.#format('-')
  }

  /** The position of the event that moved it there. */
  positionOf(topic: number, partition: number): Position {
    return this.#format(`${LETTERS[topic]}${partition}`)
  }

  #format(place: string): Position {
    return `${this.identity}.${place}.${this.#texts.map((some) => some.join('.')).join('..')}`
  }
}

/** Whether everything before `past` is before `offsets` too. */
export function isReached(offsets: Offsets, past: Offsets): boolean {
  return past.every((some, topic) =>
    some.every((offset, partition) => (offsets[topic]![partition] ?? 0) >= offset),
  )
}

/** The later of both, partition by partition. */
export function latest(one: Offsets, other: Offsets): Offsets {
  return one.map((some, topic) =>
    Array.from({ length: Math.max(some.length, other[topic]!.length) }, (_, partition) =>
      Math.max(some[partition] ?? 0, other[topic]![partition] ?? 0),
    ),
  )
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
