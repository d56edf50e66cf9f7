import { isReader, type Reach } from '../../domain/access.ts'
import { DocumentText } from '../../domain/document-text.ts'
import { refusing } from '../../domain/refusals.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import type { DocumentStore } from './document-store.ts'
import type { CacheReads } from './metrics.ts'
import { documentNotFound } from './preconditions.ts'

/**
 * The document, from the cache if it is there.
 * @param reach a document that is not within it is not found, and no view of it is counted
 * @param viewer whose view is counted; undefined counts none
 * @throws DomainError document-not-found
 */
export type ReadDocument = (id: string, reach: Reach, viewer?: string) => Promise<DocumentText>

export function readDocumentUseCase(options: {
  store: Pick<DocumentStore, 'find'>
  cache: DocumentCache
  counts: CacheReads
}): ReadDocument {
  const { store, cache, counts } = options
  const readRow = async (id: string, reach: Reach, viewer: string | undefined): Promise<DocumentText> => {
    const document = await store.find(id)
    if (!document) throw documentNotFound(id)
    if (!isReader(document.readers, reach)) throw refusing(id, documentNotFound(id))
    await cache.fill(document, viewer)
    return DocumentText.of(document)
  }
  return (id, reach, viewer) =>
    cache.read(id, viewer, reach).then((cached) => {
      if (cached) {
        counts.hit++
        if (!cached.isWithin(reach)) throw refusing(id, documentNotFound(id))
        return cached
      }
      counts.miss++
      return readRow(id, reach, viewer)
    })
}
