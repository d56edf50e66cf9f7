import { readdir } from 'node:fs/promises'
import { queryRows } from '../db/query.ts'
import type { TestService } from './test-service.ts'

/** Names of the files in a service's content folder that belong to no content of a document: drafts, and objects without a row. */
export async function contentLeftovers({ database, blobFolder }: TestService): Promise<string[]> {
  const rows = await queryRows<{ id: string }>(database.pool, 'SELECT id FROM documents.documents')
  const named = new Set(rows.map(({ id }) => `${id},content`))
  const files = await readdir(blobFolder, { recursive: true, withFileTypes: true })
  const names = files.flatMap((file) => (file.isFile() ? [file.name] : []))
  // What was read of contents is kept beside them.
  return names.filter((name) => !named.has(name) && !name.startsWith('texts,'))
}
