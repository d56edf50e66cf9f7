import type { Pool } from 'pg'
import { insertDocument, insertSignature } from './changes.ts'

/** Writes rows as roles do, without the roles. */
export interface DocumentRows {
  /** @returns the id of a new row */
  add(title?: string): Promise<string>
  /** Changes columns, and by a trigger the version. */
  change(id: string, columns: Record<string, unknown>): Promise<void>
  /** @returns the signature's id */
  sign(id: string): Promise<string>
  remove(id: string): Promise<void>
}

export function createDocumentRows(pool: Pool): DocumentRows {
  let signers = 0
  return {
    add: (title) => insertDocument(pool, title),
    async change(id, columns) {
      const sets = Object.keys(columns).map((name, index) => `${name} = $${index + 2}`)
      const text = `update documents.documents set ${sets.join(', ')} where id = $1`
      await pool.query(text, [id, ...Object.values(columns)])
    },
    sign: (id) => insertSignature(pool, id, `signer-${++signers}@example.com`),
    async remove(id) {
      await pool.query('delete from documents.documents where id = $1', [id])
    },
  }
}
