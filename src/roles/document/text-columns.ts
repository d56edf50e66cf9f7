import { DOCUMENT_FIELDS } from '../../domain/document-fields.ts'
import type { TextColumns } from '../../domain/text-state.ts'
import type { Extraction } from '../../extraction/extraction.ts'

export const PENDING: TextColumns = {
  text_state: 'pending',
  text_reason: null,
  text_pages: null,
  text_language: null,
  text_cut: false,
}

/** What a row says of the text of its content. */
export function textColumnsOf(extraction: Extraction): TextColumns {
  const { outcome, pages = null } = extraction
  return {
    ...PENDING,
    text_state: outcome === 'text' ? 'indexed' : outcome,
    text_reason: extraction.outcome === 'text' ? null : storable(extraction.reason),
    text_pages: pages,
    text_cut: extraction.outcome === 'text' && extraction.cut,
  }
}

/** A reason can quote a file. */
const storable = (reason: string): string =>
  [...reason.toWellFormed().replaceAll('\0', ' ')].slice(0, DOCUMENT_FIELDS.text_reason.maxChars).join('')
