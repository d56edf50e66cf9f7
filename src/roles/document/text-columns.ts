import { DOCUMENT_FIELDS } from '../../domain/document-fields.ts'
import { ocrProgress, type TextColumns } from '../../domain/text-state.ts'
import type { Extraction } from '../../extraction/extraction.ts'
import { countUnread } from '../../extraction/ocr/scan-state.ts'
import { languageOfText } from '../../extraction/language-of-text.ts'

export const PENDING: TextColumns = {
  text_state: 'pending',
  text_reason: null,
  text_pages: null,
  text_language: null,
  text_cut: false,
}

/** What a row says of the text of its content. */
export async function textColumnsOf(extraction: Extraction): Promise<TextColumns> {
  const { outcome, pages = null } = extraction
  const about = { ...PENDING, text_pages: pages }
  if (outcome !== 'text') return { ...about, text_state: outcome, text_reason: storable(extraction.reason) }
  const { parts, cut, reason } = extraction
  return {
    ...about,
    text_state: 'indexed',
    text_reason: reason === undefined ? null : storable(reason),
    text_language: (await languageOfText(parts)) ?? null,
    text_cut: cut,
  }
}

/** What a row says while OCR still has pages to read. */
export function columnsOfScan({ scan, pages }: Extraction): TextColumns {
  const unread = scan === undefined ? 0 : countUnread(scan)
  const count = (pages ?? 0) + (scan?.insidePages ?? 0)
  return { ...PENDING, text_pages: pages ?? null, text_reason: ocrProgress(unread, count) }
}

/** A reason can quote a file. */
const storable = (reason: string): string =>
  [...reason.toWellFormed().replaceAll('\0', ' ')].slice(0, DOCUMENT_FIELDS.text_reason.maxChars).join('')
