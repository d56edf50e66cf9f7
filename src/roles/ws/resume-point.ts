import type { Position } from '../../domain/change.ts'

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
export const MAX_RESUME_POINT_CHARS = 128 + '~99'.length

export function formatResumePoint({ position, skip }: ResumePoint): string {
  return skip === 0 ? position : `${position}~${skip}`
}

/** Any text is accepted: the feed decides whether it knows the position. */
export function parseResumePoint(text: string): ResumePoint {
  const parts = /^(.*)~(\d{1,2})$/s.exec(text)
  return parts ? { position: parts[1]!, skip: Number(parts[2]) } : { position: text, skip: 0 }
}
