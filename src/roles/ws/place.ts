import type { Position } from '../../domain/change.ts'

/**
 * Where a client stands, as clients see it in `position`: a position of the feed, `P`; or `P~n` between two
 * messages of one event: everything until P, and the first n messages of the next event of the document.
 */
export interface Place {
  position: Position
  skip: number
}

/** In the parameter `last`: the oldest position that the feed can replay from. */
export const START = 'start'

/** The longest text of a place, in characters. */
export const MAX_PLACE_CHARS = 128 + '~99'.length

export function formatPlace({ position, skip }: Place): string {
  return skip === 0 ? position : `${position}~${skip}`
}

/** Whether the position itself is known is for the feed to say. */
export function parsePlace(text: string): Place {
  const parts = /^(.*)~(\d{1,2})$/s.exec(text)
  return parts ? { position: parts[1]!, skip: Number(parts[2]) } : { position: text, skip: 0 }
}
