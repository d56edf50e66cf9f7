import type { Position } from '../../domain/change.ts'
import { MAX_POSITION_CHARS } from '../../domain/change.ts'
import { DomainError } from '../../domain/errors.ts'

/**
 * Where a client can resume, as the `position` of a message: a position P of the feed, or `P~n` between two messages of
 * one event: everything until P, and the first n messages of the document's next event.
 */
export interface ResumePoint {
  position: Position
  skip: number
}

/** Value of the parameter `last` for the oldest position that the feed can replay from. */
export const START = 'start'

/** maximum length of a formatted resume point, in characters */
const MAX_RESUME_POINT_CHARS = MAX_POSITION_CHARS + '~99'.length

export function formatResumePoint({ position, skip }: ResumePoint): string {
  return skip === 0 ? position : `${position}~${skip}`
}

/**
 * @param field where the client sent it, for the error
 * @param isPosition whether a text has the form of a position; whether it is known shows when it is used
 * @throws DomainError malformed-request
 */
export function parseResumePoint(
  text: string,
  field: string,
  isPosition: (text: string) => boolean,
): ResumePoint {
  if (text === START) return { position: START, skip: 0 }
  const parts = text.length <= MAX_RESUME_POINT_CHARS ? /^(.*?)(?:~([1-9]\d?))?$/s.exec(text) : null
  const position = parts?.[1] ?? ''
  if (isPosition(position)) return { position, skip: Number(parts![2] ?? 0) }
  const detail = `must be the position of a message that was received, or ${START}`
  throw new DomainError('malformed-request', `${field}: ${detail}`, { errors: [{ field, detail }] })
}
