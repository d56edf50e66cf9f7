import { fieldsWhere } from '../../domain/document-fields.ts'
import type { DriverDocument, WholeDocument } from './driver.ts'
import { INTERNAL_FIELDS, type SearchField, WORDS_FIELDS } from './fields.ts'
import { joinedText } from '../../domain/text-part.ts'
import { MAX_CONTENT_UNITS } from './limits.ts'
import type { SearchDocument } from './port.ts'

export const isWhole = (document: DriverDocument): document is WholeDocument =>
  document.content !== null || document.deleted

/** The newest version of each document. */
export function newestVersions(documents: SearchDocument[]): SearchDocument[] {
  const newest = new Map<string, SearchDocument>()
  for (const document of documents) {
    const other = newest.get(document.id)
    if (other === undefined || other.version < document.version) newest.set(document.id, document)
  }
  return [...newest.values()]
}

const PERSONAL_FIELDS = fieldsWhere<SearchField>(
  ({ search, type }) => search === 'words' || (search !== undefined && type === 'email'),
)

const TOMBSTONE = {
  content: '',
  ...Object.fromEntries(PERSONAL_FIELDS.map((name) => [name, ''])),
  ...Object.fromEntries(INTERNAL_FIELDS.map((name) => [name, null])),
}

/**
 * The document as an index can store it: without NUL characters, and with a limited text. A tombstone has no texts and no
 * author.
 */
export function truncateToLimits(document: SearchDocument): DriverDocument {
  if (document.deleted) return { ...document, ...TOMBSTONE }
  const content = document.content && joinedText(document.content)
  const truncated = { ...document, content: content && withoutNul(content.slice(0, MAX_CONTENT_UNITS)) }
  for (const name of WORDS_FIELDS) truncated[name] = withoutNul(document[name])
  return truncated
}

const withoutNul = <Text extends string | null>(text: Text): Text =>
  (text?.includes('\0') ? text.replaceAll('\0', ' ') : text) as Text
