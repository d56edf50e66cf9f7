import { KEPT_COLUMNS } from '../../db/document-columns.ts'
import { STATUSES, isSignable } from '../../domain/document-status.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import type { JoinedMove } from '../../ports/documents/port.ts'
import { isTransient } from '../../runtime/translate-error.ts'
import { MAX_VERSION } from './without-cache.ts'

const SIGNABLE = STATUSES.filter(isSignable)
  .map((status) => `'${status}'`)
  .join(', ')

/** `id = ANY`, because a join with the ids would be planned for a hundred of them. */
export function createJoinedMove(cache: DocumentCache): JoinedMove {
  return {
    signable: (ids) => `
      SELECT id FROM documents.documents
       WHERE id = ANY ($${ids}) AND deleted_at IS NULL AND status IN (${SIGNABLE})
         FOR NO KEY UPDATE SKIP LOCKED`,

    moving: (ids, traceparents, condition) => `
      UPDATE documents.documents SET status = 'signed', traceparent = $${traceparents}::json->>id::text
       WHERE id = ANY ($${ids}) AND status <> 'signed' AND ${condition}
      RETURNING ${KEPT_COLUMNS}`,

    async around(ids, commit) {
      const held = new Set(ids)
      await Promise.all(Array.from(held, (id) => cache.hold(id)))
      try {
        for (const document of await commit()) if (held.delete(document.id)) await cache.update(document)
      } catch (error) {
        // It may have been committed all the same.
        const end = (id: string) => (isTransient(error) ? cache.remove(id, MAX_VERSION) : cache.release(id))
        await Promise.all(Array.from(held, end))
        throw error
      }
      await Promise.all(Array.from(held, (id) => cache.release(id)))
    },
  }
}
