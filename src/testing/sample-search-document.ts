import { fieldDefinition, SEARCH_FIELDS } from '../domain/document-fields.ts'
import type { SearchDocument } from '../ports/search/port.ts'
import { createUuidV7 } from '../runtime/ids.ts'

const newId = createUuidV7()
let count = 0

const DEFAULTS = {
  ...Object.fromEntries(SEARCH_FIELDS.map((name) => [name, fieldDefinition(name).nullable ? null : ''])),
  title: 'Untitled',
  content: '',
  content_sha256: 'ab'.repeat(32),
  status: 'created',
  created_by: 'ada@example.com',
  content_type: 'text/plain',
  content_size: 12,
  version: 1,
  deleted: false,
}

/** A search document for tests, each created a second later than the one before. */
export function sampleDocument(fields: Partial<SearchDocument> = {}): SearchDocument {
  const time = new Date(Date.UTC(2026, 2, 1) + count++ * 1_000).toISOString()
  return { ...DEFAULTS, id: newId(), created_at: time, updated_at: time, ...fields } as SearchDocument
}
