import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import type { Documents, DocumentAccess } from '../../ports/documents/port.ts'

type Row = DocumentAccess & Record<string, unknown> & { id: string }

const ACCESS = `
  SELECT d.id, d.version, d.status, to_json(d.readers) AS readers,
         (SELECT coalesce(json_agg(a.principal), '[]') FROM documents.access a
           WHERE a.document_id = d.id AND a.role = 'owner') AS owners
    FROM documents.documents d
   WHERE d.id = any($1::uuid[]) AND d.deleted_at IS NULL`

/** Who has access to documents, for other roles: from the rows, since a cache could be older than an event that they know. */
export async function listAccess(
  pool: Pool,
  documentIds: readonly string[],
): ReturnType<Documents['access']> {
  const rows = await queryRows<Row>(pool, ACCESS, [documentIds])
  return new Map(rows.map(({ id, ...access }) => [id, access]))
}
