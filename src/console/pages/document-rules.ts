/** What a reader may try with a document; the service decides (domain/document-status.ts there). */
import { type DocumentStatus } from '../api/client.ts'

const OPEN: readonly DocumentStatus[] = ['created', 'sent', 'viewed']
const NEXT: Record<DocumentStatus, readonly DocumentStatus[]> = {
  created: ['sent', 'viewed', 'archived', 'cancelled'],
  sent: ['viewed', 'archived', 'cancelled'],
  viewed: ['archived', 'cancelled'],
  signed: ['completed', 'archived'],
  completed: ['archived'],
  archived: [],
  cancelled: [],
}

/** Whether a text can be the id of a document, a UUID. */
export const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

/** The statuses that a reader can choose. Only a signature leads to `signed`. */
export const nextStatuses = (status: DocumentStatus): readonly DocumentStatus[] => NEXT[status]
export const isSignable = (status: DocumentStatus): boolean => [...OPEN, 'signed'].includes(status)
/** Whether the title can change and the document can be deleted. */
export const isFree = (status: DocumentStatus): boolean => [...OPEN, 'cancelled'].includes(status)
