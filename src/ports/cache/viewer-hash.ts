import { createHmac } from 'node:crypto'

/** What is kept of a viewer of a document: 16 bytes in hexadecimal. */
export type ViewerHash = (documentId: string, viewer: string) => string

/** Hashes that are remembered, because viewers come back and a hash costs more than the look; then all are forgotten. */
const REMEMBERED = 10_000

/**
 * Different for each document, so that nobody who reads the stores can tell what else a viewer has seen.
 * @param secret keys the hashes, so that the stores alone do not tell who the viewers are
 */
export function createViewerHash(secret: string): ViewerHash {
  const known = new Map<string, Map<string, string>>()
  let count = 0
  const remember = (documentId: string, viewer: string, hash: string): void => {
    if (count++ === REMEMBERED) {
      known.clear()
      count = 1
    }
    const viewers = known.get(documentId)
    if (viewers) viewers.set(viewer, hash)
    else known.set(documentId, new Map([[viewer, hash]]))
  }
  return (documentId, viewer) => {
    const found = known.get(documentId)?.get(viewer)
    if (found !== undefined) return found
    const hash = createHmac('sha256', secret)
      .update(`${documentId} ${viewer}`)
      .digest()
      .toString('hex', 0, 16)
    remember(documentId, viewer, hash)
    return hash
  }
}
