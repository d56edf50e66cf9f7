/** Statuses in the order in which a document moves through them; `cancelled` can end it before `signed`. */
export const STATUSES = ['created', 'sent', 'viewed', 'signed', 'completed', 'archived', 'cancelled'] as const

export type DocumentStatus = (typeof STATUSES)[number]

export function isStatus(value: string): value is DocumentStatus {
  return (STATUSES as readonly string[]).includes(value)
}

/**
 * Whether a document may move from one status to another. Forward moves may skip steps; `cancelled` is reached from any
 * status before `signed`, and nothing leaves it. `unchanged`: a success that changes nothing.
 */
export function statusMove(from: DocumentStatus, to: DocumentStatus): 'allowed' | 'unchanged' | 'refused' {
  if (from === to) return 'unchanged'
  if (from === 'cancelled') return 'refused'
  const step = STATUSES.indexOf(from)
  if (to === 'cancelled') return step < STATUSES.indexOf('signed') ? 'allowed' : 'refused'
  return STATUSES.indexOf(to) > step ? 'allowed' : 'refused'
}

/** The statuses from which a move to `to` is allowed. */
export function statusesBefore(to: DocumentStatus): DocumentStatus[] {
  return STATUSES.filter((from) => statusMove(from, to) === 'allowed')
}

/** A signature always leads to `signed`, so a document accepts one while that move is allowed or a no-op. */
export function isSignable(status: DocumentStatus): boolean {
  return statusMove(status, 'signed') !== 'refused'
}

/** A document that was signed, or moved on from there, is never deleted. */
export function isDeletable(status: DocumentStatus): boolean {
  return !['signed', 'completed', 'archived'].includes(status)
}
