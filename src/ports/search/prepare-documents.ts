import { fieldsWhere } from '../../domain/document-fields.ts'
import { INTERNAL_FIELDS, type SearchField, WORDS_FIELDS } from './fields.ts'
import type { SearchDocument } from './port.ts'

/** With its text, which an index needs unless it has it from before; a tombstone has none. */
export const isWhole = <Document extends { content: unknown; deleted: boolean }>(
  document: Document,
): document is Document & { content: NonNullable<Document['content']> } =>
  document.content !== null || document.deleted

/**
 * Whether it replaces the same version: the text of a document is read without a new version. What is still to be read replaces
 * nothing, also where its short text is known, because an event can be delivered again and a row can have been read earlier.
 */
export const saysNewText = ({
  content,
  text_state: state,
}: Pick<SearchDocument, 'content' | 'text_state'>): boolean =>
  state === 'indexed' ? (content?.some(({ text }) => text !== '') ?? false) : state !== 'pending'

/** What the index has; a tombstone has no state of a text. */
interface TextVersion {
  version: number
  text_state: SearchDocument['text_state'] | undefined
}

/**
 * Whether the index still waits for a text of which the document, of the same or a newer version, says what became. It does not
 * get the event of that where the change feed began again in between.
 */
export const lacksText = (stored: TextVersion, { version, text_state: state }: SearchDocument): boolean =>
  stored.text_state === 'pending' && state !== 'pending' && stored.version <= version

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
  content: [],
  ...Object.fromEntries(PERSONAL_FIELDS.map((name) => [name, ''])),
  ...Object.fromEntries(INTERNAL_FIELDS.map((name) => [name, name === 'readers' ? [] : null])),
}

/** The document as an index can store it: without NUL characters. A tombstone has no texts and no author. */
export function prepareDocument(document: SearchDocument): SearchDocument {
  if (document.deleted) return { ...document, ...TOMBSTONE }
  const content = document.content?.map((part) => ({ ...part, text: withoutNul(part.text) })) ?? null
  const prepared = { ...document, content }
  for (const name of WORDS_FIELDS) Object.assign(prepared, { [name]: withoutNul(document[name]) })
  return prepared
}

/** A field that is added can have no value. */
const withoutNul = <Text extends string | null>(text: Text): Text =>
  (text?.includes('\0') ? text.replaceAll('\0', ' ') : text) as Text
