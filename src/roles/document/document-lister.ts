import type { Pool } from 'pg'
import { queryRows } from '../../db/query.ts'
import type { Document, DocumentStatus } from '../../domain/document.ts'
import type { CursorPlace } from '../../http/cursor.ts'
import { DOCUMENT_COLUMNS } from './document-store.ts'

export const SORT_KEYS = ['created_at', 'updated_at', 'title'] as const

export interface Sort {
  key: (typeof SORT_KEYS)[number]
  descending: boolean
}

export interface ListFilters {
  status?: DocumentStatus | undefined
  created_by?: string | undefined
  content_sha256?: string | undefined
  content_type?: string | undefined
  /** ISO 8601, inclusive */
  created_from?: string | undefined
  /** ISO 8601, exclusive */
  created_to?: string | undefined
  /** a part of the title, in any case */
  title?: string | undefined
}

export interface ListQuery {
  filters: ListFilters
  sort: Sort
  skip: number
  limit: number
  /** the last row of the page before */
  after: CursorPlace | undefined
}

export type DocumentLister = (query: ListQuery) => Promise<Document[]>

/** Pages in the order of the partial indexes of documents.documents: after a cursor, no row before it is read. */
export function createDocumentLister(pool: Pool): DocumentLister {
  return (query) => {
    const { text, values } = listStatement(query)
    return queryRows<Document>(pool, text, values)
  }
}

/** Exported so that a test can ask for its plan. */
export function listStatement({ filters, sort, skip, limit, after }: ListQuery): {
  text: string
  values: unknown[]
} {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where = ['deleted_at IS NULL']
  if (filters.status !== undefined) where.push(`status = ${bind(filters.status)}`)
  if (filters.created_by !== undefined) where.push(`created_by = ${bind(filters.created_by)}`)
  if (filters.content_sha256 !== undefined) where.push(`content_sha256 = ${bind(filters.content_sha256)}`)
  if (filters.content_type !== undefined) where.push(`content_type = ${bind(filters.content_type)}`)
  if (filters.created_from !== undefined) where.push(`created_at >= ${bind(filters.created_from)}`)
  if (filters.created_to !== undefined) where.push(`created_at < ${bind(filters.created_to)}`)
  if (filters.title !== undefined) where.push(`title ILIKE ${bind(`%${escapeLike(filters.title)}%`)}`)
  if (after)
    where.push(`(${sort.key}, id) ${sort.descending ? '<' : '>'} (${bind(after.key)}, ${bind(after.id)})`)
  const direction = sort.descending ? 'DESC' : 'ASC'
  const text =
    `SELECT ${DOCUMENT_COLUMNS} FROM documents.documents WHERE ${where.join(' AND ')}` +
    ` ORDER BY ${sort.key} ${direction}, id ${direction} LIMIT ${bind(limit)} OFFSET ${bind(skip)}`
  return { text, values }
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
