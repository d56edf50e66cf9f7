import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import type { Documents, DocumentAccess } from '../../ports/documents/port.ts'

type Row = DocumentAccess & Record<string, unknown> & { id: string }

const ACCESS = `
  SELECT id, version, status,
         json_build_array('email:' || lower(created_by)) AS readers,
         json_build_array('email:' || lower(created_by)) AS owners
    FROM documents.documents d
   WHERE id = any($1::uuid[]) AND deleted_at IS NULL`

/** Who has access to documents, for other roles: from the rows, since a cache could be older than an event that they know. */
export async function listAccess(
  pool: Pool,
  documentIds: readonly string[],
): ReturnType<Documents['access']> {
  const rows = await queryRows<Row>(pool, ACCESS, [documentIds])
  return new Map(rows.map(({ id, ...access }) => [id, access]))
}
