import type { SearchDocument, SearchIndex } from '../../ports/search/port.ts'

/** Each time a newer version came in between; then that one has a batch of its own soon. */
const MAX_ATTEMPTS = 5

/**
 * Adds texts to newer versions of their documents, which the index can have when an event is delivered again or late: an
 * update without its text keeps what the index has, and that is none yet.
 * @param documents with their text, as they were just indexed
 * @throws DomainError unavailable
 */
export async function addLateTexts(
  index: Pick<SearchIndex, 'index' | 'stored' | 'versions'>,
  documents: readonly SearchDocument[],
): Promise<void> {
  let left = documents.filter(({ content }) => content !== null && content.length > 0)
  for (let attempt = 0; left.length > 0 && attempt < MAX_ATTEMPTS; attempt++) {
    const versions = await index.versions(left.map(({ id }) => id))
    const outdated = left.filter(({ id, version }) => (versions.get(id) ?? 0) > version)
    if (outdated.length === 0) return
    const stored = await index.stored(outdated.map(({ id }) => id))
    left = outdated.flatMap(({ id, content, content_sha256 }) => {
      const newer = stored.get(id)
      return newer && !newer.deleted && newer.content_sha256 === content_sha256 ? [{ ...newer, content }] : []
    })
    if (left.length > 0) await index.index(left)
  }
}
