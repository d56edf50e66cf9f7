/** The one place of the tests that names every field of a document. */
import type { Change, ChangeEvent } from '../domain/change.ts'
import { contentKey } from '../domain/content-key.ts'
import {
  type Document,
  type DocumentRow,
  type KeptDocument,
  PUBLIC_FIELDS,
  SEARCH_FIELDS,
} from '../domain/document-fields.ts'
import type { SearchDocument } from '../ports/search/port.ts'
import { createUuidV7 } from '../runtime/ids.ts'

const newId = createUuidV7()
let made = 0

/** A row of documents.documents, each a second newer than the one before. */
export function sampleRow(fields: Partial<DocumentRow> = {}): DocumentRow {
  const id = fields.id ?? newId()
  const time = new Date(Date.UTC(2026, 2, 1) + made++ * 1_000).toISOString()
  return {
    id,
    title: 'Untitled',
    file_name: null,
    content_type: 'text/plain',
    content_size: 12,
    content_sha256: 'ab'.repeat(32),
    s3_key: contentKey(id),
    status: 'created',
    created_by: 'ada@example.com',
    created_at: time,
    updated_at: time,
    version: 1,
    text_state: 'indexed',
    text_reason: null,
    text_pages: null,
    text_language: null,
    text_cut: false,
    takes_title: false,
    readers: ['email:ada@example.com'],
    signed_at: null,
    deleted_at: null,
    traceparent: null,
    ...fields,
  }
}

export function sampleDocument({ text, ...fields }: Partial<Document> = {}): Document {
  const { version, ...document } = pick(sampleRow(fields), PUBLIC_FIELDS)
  return { ...document, text: text ?? { state: 'indexed' }, version }
}

/** As caches keep it. */
export function sampleKeptDocument({ readers, ...fields }: Partial<KeptDocument> = {}): KeptDocument {
  const { version, ...document } = sampleDocument(fields)
  return { ...document, readers: readers ?? sampleRow().readers, version }
}

/** @param fields `content` as parts, or a text without pages */
export function sampleSearchDocument(
  fields: Omit<Partial<SearchDocument>, 'content'> & { content?: SearchDocument['content'] | string } = {},
): SearchDocument {
  const { content = '', ...others } = fields
  const parts = typeof content === 'string' ? [{ text: content }] : content
  return { ...pick(sampleRow(), SEARCH_FIELDS), content: parts, deleted: false, ...others }
}

/** A change event about a document. */
export function sampleEvent(
  op: Change<DocumentRow>['op'],
  before: DocumentRow | null,
  after: DocumentRow | null,
): ChangeEvent & { topic: 'cdc.documents' } {
  const value = { op, before, after, source: SAMPLE_SOURCE, ts_ms: SAMPLE_SOURCE.ts_ms }
  return { topic: 'cdc.documents', key: (after ?? before)!.id, position: 'P2', value }
}

export const SAMPLE_SOURCE: Change<unknown>['source'] = {
  version: '1',
  connector: 'postgresql',
  name: 'docmgr',
  ts_ms: Date.UTC(2026, 2, 1),
  snapshot: 'false',
  db: 'docmgr',
  schema: 'documents',
  table: 'documents',
  txId: 1,
  lsn: 1,
}

const pick = <Name extends keyof DocumentRow>(
  row: DocumentRow,
  names: readonly Name[],
): Pick<DocumentRow, Name> =>
  Object.fromEntries(names.map((name) => [name, row[name]])) as Pick<DocumentRow, Name>
