/** Statuses in the order in which a document moves through them; `cancelled` can end it before `signed`. */
export const STATUSES = ['created', 'sent', 'viewed', 'signed', 'completed', 'archived', 'cancelled'] as const

export type DocumentStatus = (typeof STATUSES)[number]

/** Who moves a document: a signature, through the signature role, or anyone else. */
export type Mover = 'signature' | 'client'

export function isStatus(value: string): value is DocumentStatus {
  return (STATUSES as readonly string[]).includes(value)
}

/** Whether `to` comes after `from`. `cancelled` comes after each status before `signed`, and nothing comes after it. */
export function isForward(from: DocumentStatus, to: DocumentStatus): boolean {
  if (from === 'cancelled') return false
  const step = STATUSES.indexOf(from)
  return to === 'cancelled' ? step < STATUSES.indexOf('signed') : STATUSES.indexOf(to) > step
}

/**
 * Whether a document may move from one status to another. It only moves forward and may skip steps, but only a signature
 * moves it to `signed` and nowhere else, and only a signed document becomes `completed`. `unchanged`: a success that changes nothing.
 */
export function statusMove(
  from: DocumentStatus,
  to: DocumentStatus,
  mover: Mover = 'client',
): 'allowed' | 'unchanged' | 'refused' {
  if (from === to) return 'unchanged'
  if (!isForward(from, to) || (mover === 'signature') !== (to === 'signed')) return 'refused'
  if (to === 'signed') return 'allowed'
  return to === 'completed' && from !== 'signed' ? 'refused' : 'allowed'
}

/** The statuses from which a move to `to` is allowed. */
export function statusesBefore(to: DocumentStatus, mover: Mover = 'client'): DocumentStatus[] {
  return STATUSES.filter((from) => statusMove(from, to, mover) === 'allowed')
}

/** A signature always leads to `signed`, so a document accepts one while that move is allowed or a no-op. */
export function isSignable(status: DocumentStatus): boolean {
  return statusMove(status, 'signed', 'signature') !== 'refused'
}

/** A document that was signed, or is archived, stays as it is: its title does not change, and it is never deleted. */
export function isFinal(status: DocumentStatus): boolean {
  return ['signed', 'completed', 'archived'].includes(status)
}
export const FINAL_STATUSES = STATUSES.filter(isFinal)
