/** What became of the text of a content: `pending` until it was read, once or again. */
export const TEXT_STATES = ['pending', 'indexed', 'empty', 'failed'] as const
export type TextState = (typeof TEXT_STATES)[number]

/** How the reason begins of a text whose content object storage did not give out: that may be repaired there. */
export const UNREADABLE_CONTENT = 'its content cannot be read: '

/** The reason of a text that is pending because OCR reads its pages. */
export const ocrProgress = (unread: number, pages: number): string =>
  `OCR has ${unread} of ${pages} ${pages === 1 ? 'page' : 'pages'} left to read`

export const isOcrProgress = (reason: string | undefined): boolean => reason?.startsWith('OCR has ') ?? false

/** The columns of documents.documents with it. A change of them alone does not raise the version of the document. */
export interface TextColumns {
  text_state: TextState
  text_reason: string | null
  text_pages: number | null
  text_language: string | null
  text_cut: boolean
}

/** The text of a document as REST and messages show it. What is not known is left out. */
export interface TextSummary {
  state: TextState
  /** why there is no text, or not all of it; while OCR reads, how many pages are left */
  reason?: string
  /** number of pages, of formats that have pages */
  pages?: number
  /** ISO 639-1 */
  language?: string
  /** the text is longer than what was read */
  cut?: true
}

/** @param row an event from before these columns has none of them */
export function textSummaryOf(row: Partial<TextColumns>): TextSummary {
  const { text_state: state = 'pending', text_reason: reason, text_pages: pages } = row
  const { text_language: language, text_cut: cut } = row
  return {
    state,
    ...(typeof reason === 'string' && { reason }),
    ...(typeof pages === 'number' && { pages }),
    ...(typeof language === 'string' && { language }),
    ...(cut === true && { cut }),
  }
}
