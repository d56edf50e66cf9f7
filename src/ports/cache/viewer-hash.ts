import { createHmac } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** What is kept of a viewer of a document: 16 bytes in hexadecimal. */
export type ViewerHash = (documentId: string, viewer: string) => string

/** Hashes that are remembered, because viewers come back and a hash costs more than the look. */
const REMEMBERED = 10_000

/**
 * Different for each document, so that nobody who reads the stores can tell what else a viewer has seen.
 * @param secret keys the hashes, so that the stores alone do not tell who the viewers are
 */
export function createViewerHash(secret: string): ViewerHash {
  const known = new LRUCache<string, string>({ max: REMEMBERED })
  return (documentId, viewer) => {
    const view = `${documentId} ${viewer}`
    let hash = known.get(view)
    if (hash === undefined) {
      hash = createHmac('sha256', secret).update(view).digest().toString('hex', 0, 16)
      known.set(view, hash)
    }
    return hash
  }
}
