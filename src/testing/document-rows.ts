import type { Pool } from 'pg'
import { insertDocument, insertSignature } from './changes.ts'

/** Writes rows as roles do, without the roles. */
export function createDocumentRows(pool: Pool) {
  let signers = 0
  return {
    /** @returns the id of a new row, whose text nobody reads */
    add: (title?: string) => insertDocument(pool, title, undefined, 'empty'),
    /** Changes columns, and by a trigger the version. */
    async change(id: string, columns: Record<string, unknown>): Promise<void> {
      const sets = Object.keys(columns).map((name, index) => `${name} = $${index + 2}`)
      const text = `update documents.documents set ${sets.join(', ')} where id = $1`
      await pool.query(text, [id, ...Object.values(columns)])
    },
    /** @returns the signature's id */
    sign: (id: string) => insertSignature(pool, id, `signer-${++signers}@example.com`),
    async remove(id: string): Promise<void> {
      await pool.query('delete from documents.documents where id = $1', [id])
    },
  }
}
