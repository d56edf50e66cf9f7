import { createHmac } from 'node:crypto'

/** Identifies a viewer of a document: 16 bytes in hexadecimal. */
export type ViewerHash = (documentId: string, viewer: string) => string

/** Maximum number of memoized hashes, because a hash costs more than a look-up; beyond it all are forgotten. */
const MAX_MEMOIZED = 10_000

/**
 * A viewer has a different hash for each document, so that Redis and the database do not show which documents one
 * viewer has seen.
 * @param secret key of the hashes, so that Redis and the database do not show who the viewers are
 */
export function createViewerHash(secret: string): ViewerHash {
  const known = new Map<string, Map<string, string>>()
  let count = 0
  const remember = (documentId: string, viewer: string, hash: string): void => {
    if (count++ === MAX_MEMOIZED) {
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
