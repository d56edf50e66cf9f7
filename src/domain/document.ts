/** Statuses in the order in which a document moves through them; `cancelled` ends it from the side. */
export const STATUSES = ['created', 'sent', 'viewed', 'signed', 'completed', 'archived', 'cancelled'] as const

export type DocumentStatus = (typeof STATUSES)[number]

/** A document as REST, the cache and the change events show it. Times are ISO 8601 in UTC with `Z`. */
export interface Document {
  id: string
  title: string
  content_type: string
  /** bytes */
  content_size: number
  /** hexadecimal SHA-256 of the content */
  content_sha256: string
  s3_key: string
  status: DocumentStatus
  created_by: string
  created_at: string
  updated_at: string
  /** starts at 1 and grows by one with every change of the row */
  version: number
}

export const MAX_TITLE_CHARS = 255
export const MAX_CONTENT_BYTES = 10 * 1024 * 1024

/** Where a document's content is kept within the bucket `documents`. */
export const contentKey = (documentId: string): string => `${documentId}/content`

export function isStatus(value: string): value is DocumentStatus {
  return (STATUSES as readonly string[]).includes(value)
}

/**
 * `unchanged`: already there, a success that changes nothing. Forward moves may skip steps; `cancelled` is reached
 * from any status before `signed`, and nothing leaves it.
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

/** A signature always leads to `signed`, so a document takes one while that is a forward move or where it is. */
export function isSignable(status: DocumentStatus): boolean {
  return statusMove(status, 'signed') !== 'refused'
}

/** A document that was signed, or went on from there, is never deleted. */
export function isDeletable(status: DocumentStatus): boolean {
  return !['signed', 'completed', 'archived'].includes(status)
}
