import type { Pool } from 'pg'
import { queryRows } from '../db/query.ts'
import type { AccessRole } from '../domain/access.ts'

/** Gives access to documents, or takes it away, as the document role does: a grant and the readers change together. */
export function createGrants(pool: Pool) {
  const keepReaders = `
    UPDATE documents.documents d
       SET readers = array(SELECT principal FROM documents.access a WHERE a.document_id = d.id ORDER BY granted_at)
     WHERE id = $1`
  return {
    async give(documentId: string, email: string, role: AccessRole): Promise<void> {
      const insert = `
        INSERT INTO documents.access (document_id, principal, role, created_at, granted_by)
        SELECT id, $2, $3, created_at, 'test' FROM documents.documents WHERE id = $1`
      await queryRows(pool, insert, [documentId, `email:${email.toLowerCase()}`, role])
      await queryRows(pool, keepReaders, [documentId])
    },
    async take(documentId: string, email: string): Promise<void> {
      const remove = 'DELETE FROM documents.access WHERE document_id = $1 AND principal = $2'
      await queryRows(pool, remove, [documentId, `email:${email.toLowerCase()}`])
      await queryRows(pool, keepReaders, [documentId])
    },
  }
}
