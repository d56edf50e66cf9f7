import { createUuidV7 } from '../runtime/ids.ts'
import type { SearchDocument } from '../ports/search/port.ts'

const newId = createUuidV7()
let made = 0

/** A search document for tests, each a second newer than the one before. */
export function sampleDocument(fields: Partial<SearchDocument> = {}): SearchDocument {
  const time = new Date(Date.UTC(2026, 2, 1) + made++ * 1_000).toISOString()
  return {
    id: newId(),
    title: 'Untitled',
    content: '',
    content_sha256: 'ab'.repeat(32),
    status: 'created',
    created_by: 'ada@example.com',
    content_type: 'text/plain',
    content_size: 12,
    created_at: time,
    updated_at: time,
    version: 1,
    deleted: false,
    ...fields,
  }
}
