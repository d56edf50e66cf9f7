import { DocumentText } from '../../domain/document-text.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import type { DocumentStore } from './document-store.ts'
import type { CacheReads } from './metrics.ts'
import { documentNotFound } from './preconditions.ts'

/**
 * The document, from the cache if it is there.
 * @param viewer whose view is counted; undefined counts none
 * @throws DomainError document-not-found
 */
export type ReadDocument = (id: string, viewer: string | undefined) => Promise<DocumentText>

export function readDocumentUseCase(options: {
  store: Pick<DocumentStore, 'find'>
  cache: DocumentCache
  counts: CacheReads
}): ReadDocument {
  const { store, cache, counts } = options
  const readRow = async (id: string, viewer: string | undefined): Promise<DocumentText> => {
    const document = await store.find(id)
    if (!document) throw documentNotFound(id)
    await cache.fill(document, viewer)
    return DocumentText.of(document)
  }
  return (id, viewer) =>
    cache.read(id, viewer).then((cached) => {
      if (cached) {
        counts.hit++
        return cached
      }
      counts.miss++
      return readRow(id, viewer)
    })
}
