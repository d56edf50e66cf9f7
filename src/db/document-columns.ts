import { PUBLIC_FIELDS } from '../domain/document-fields.ts'

const TEXT =
  "json_strip_nulls(json_build_object('state', text_state, 'reason', text_reason, 'pages', text_pages," +
  " 'language', text_language, 'cut', nullif(text_cut, false))) AS text"

/**
 * What SQL selects of documents.documents for a Document. The version stays the last field, because a document's JSON is
 * recognised by it.
 */
export const DOCUMENT_COLUMNS = columns(TEXT)

/** The same for a KeptDocument, whose readers come before the version. */
export const KEPT_COLUMNS = columns(TEXT, 'readers')

function columns(...further: string[]): string {
  return [...PUBLIC_FIELDS.slice(0, -1), ...further, PUBLIC_FIELDS.at(-1)].join(', ')
}
