import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import { type Reach, rolesFor } from '../../domain/access.ts'
import type { KeptEntry } from '../../domain/history.ts'

/** Reads the histories of documents; only functions of the database write them. */
export interface HistoryStore {
  /** The newest first. @param before only entries with a lower number */
  list(documentId: string, page: { before: number | undefined; limit: number }): Promise<KeptEntry[]>
  /** Whether a document is within a reach of `share`. */
  isOwner(documentId: string, reach: Reach): Promise<boolean>
}

const PAGE = `
  SELECT e.number, e.entry, e.sha256, p.salted
    FROM history.history e
    LEFT JOIN history.personal p ON p.document_id = e.document_id AND p.number = e.number
   WHERE e.document_id = $1 AND ($2::int IS NULL OR e.number < $2)
   ORDER BY e.number DESC LIMIT $3`

const OWNER = `
  SELECT FROM documents.access WHERE document_id = $1 AND principal = ANY ($2) AND role = ANY ($3) LIMIT 1`

export const createHistoryStore = (pool: Pool): HistoryStore => ({
  list: (documentId, { before, limit }) =>
    queryRows<KeptEntry & Record<string, unknown>>(pool, PAGE, [documentId, before ?? null, limit]),
  async isOwner(documentId, reach) {
    if (reach === 'all') return true
    return (await queryRows(pool, OWNER, [documentId, reach, rolesFor('share')])).length > 0
  },
})
