import type { DocumentEntry } from '../history.ts'

/** A broken promise of the service. */
export interface Fault {
  promise: 'lost' | 'stale' | 'resurrected' | 'unsigned' | 'repeated' | 'out of order' | 'missed' | 'damaged'
  /** the word of the document */
  key: string
  detail: string
}

/** Checks one promise over the entries of one document, in the order in which they happened. */
export type Check = (entries: readonly DocumentEntry[]) => Omit<Fault, 'key'>[]

export const STATUSES = ['created', 'sent', 'viewed', 'signed', 'completed', 'archived']
