import type { ChangeEvent, Position } from '../../domain/change.ts'
import { messagesOfEvent } from './messages-of-event.ts'
import { formatResumePoint } from './resume-point.ts'
import type { Frame } from './transport.ts'

/** An event with its serialized messages, created once for all its subscribers. */
export interface EncodedEvent {
  event: ChangeEvent
  /** number of messages */
  count: number
  /** @param before the subscriber's position before this event */
  message(index: number, before: Position): Frame
}

/**
 * Only the last message of an event has the event's own position. An earlier one has the position before the event and
 * its number: a client that resumes there receives the rest of the event, and nothing twice.
 */
export function encodeEvent(event: ChangeEvent): EncodedEvent {
  const heads = messagesOfEvent(event).map((message) => JSON.stringify(message).slice(0, -1))
  const last = heads.length > 0 ? withPosition(heads.at(-1)!, event.position) : undefined
  return {
    event,
    count: heads.length,
    message(index, before) {
      if (index === heads.length - 1) return last!
      return withPosition(heads[index]!, formatResumePoint({ position: before, skip: index + 1 }))
    },
  }
}

function withPosition(head: string, position: string): Frame {
  return { json: Buffer.from(`${head},"position":${JSON.stringify(position)}}`), position }
}
