import { fieldDefinition, SEARCH_FIELDS } from '../../domain/document-fields.ts'
import type { SearchDocument, SearchIndex } from '../../ports/search/port.ts'

/** Each time a newer version came in between; then that one has a batch of its own soon. */
const MAX_ATTEMPTS = 5

/** What a document says of its text, beside the text. */
const TEXT_FIELDS = SEARCH_FIELDS.filter((name) => fieldDefinition(name).visibility === 'text')

/**
 * Adds texts, and what became of them, to newer versions of their documents, which the index can have when an event is delivered again or late: an
 * update without its text keeps what the index has, and that is none yet.
 * @param documents with their text, as they were just indexed
 * @throws DomainError unavailable
 */
export async function addLateTexts(
  index: Pick<SearchIndex, 'index' | 'stored' | 'versions'>,
  documents: readonly SearchDocument[],
): Promise<void> {
  let left = documents.filter(({ content, text_state: state }) => content !== null && state !== 'pending')
  for (let attempt = 0; left.length > 0 && attempt < MAX_ATTEMPTS; attempt++) {
    const versions = await index.versions(left.map(({ id }) => id))
    const outdated = left.filter(({ id, version }) => (versions.get(id) ?? 0) > version)
    if (outdated.length === 0) return
    const stored = await index.stored(outdated.map(({ id }) => id))
    left = outdated.flatMap((document) => {
      const newer = stored.get(document.id)
      if (!newer || newer.deleted || newer.content_sha256 !== document.content_sha256) return []
      // That there is no text was said before, where the index knows more by now.
      if (document.text_state !== 'indexed' && newer.text_state !== 'pending') return []
      const text = Object.fromEntries(TEXT_FIELDS.map((name) => [name, document[name]]))
      return [{ ...newer, ...text, content: document.content }]
    })
    if (left.length > 0) await index.index(left)
  }
}
