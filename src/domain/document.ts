import { DOCUMENT_FIELDS } from './document-fields.ts'

export type { Document } from './document-fields.ts'
export {
  type DocumentStatus,
  isDeletable,
  isSignable,
  isStatus,
  STATUSES,
  statusesBefore,
  statusMove,
} from './document-status.ts'

export const MAX_TITLE_CHARS = DOCUMENT_FIELDS.title.maxChars

/** Key of a document's content in the bucket `documents`. */
export const contentKey = (documentId: string): string => `${documentId}/content`
