import { MAX_CONTENT_UNITS } from './limits.ts'
import type { SearchDocument } from './port.ts'

/** A document with its text: null was replaced by what the index held. */
export type WholeDocument = SearchDocument & { content: string }

export const isWhole = (document: SearchDocument): document is WholeDocument =>
  document.content !== null || document.deleted

/** The newest version of each document. */
export function newestOf(documents: SearchDocument[]): SearchDocument[] {
  const newest = new Map<string, SearchDocument>()
  for (const document of documents) {
    const other = newest.get(document.id)
    if (other === undefined || other.version < document.version) newest.set(document.id, document)
  }
  return [...newest.values()]
}

/** What an index keeps of a document; of a tombstone as little as can be. */
export function fitting(document: WholeDocument): WholeDocument {
  if (document.deleted) return { ...document, title: '', content: '', content_sha256: null, created_by: '' }
  return {
    ...document,
    title: withoutNul(document.title),
    content: withoutNul(document.content.slice(0, MAX_CONTENT_UNITS)),
    created_by: withoutNul(document.created_by),
  }
}

const withoutNul = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', ' ') : text)
