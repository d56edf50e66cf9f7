import { DocumentText } from '../../domain/document-text.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import type { DocumentStore } from './document-store.ts'
import { documentNotFound } from './refusals.ts'

/**
 * The document, from the cache when it is there.
 * @param viewer whose view it is; undefined when it is none
 * @throws DomainError document-not-found
 */
export type ReadDocument = (id: string, viewer: string | undefined) => Promise<DocumentText>

export function createReadDocument(options: { store: DocumentStore; cache: DocumentCache }): ReadDocument {
  const { store, cache } = options
  return async (id, viewer) => {
    const cached = await cache.read(id, viewer)
    if (cached) return cached
    const document = await store.find(id)
    if (!document) throw documentNotFound(id)
    await cache.fill(document, viewer)
    return DocumentText.of(document)
  }
}
