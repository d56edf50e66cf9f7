/** What the filters and the order of a list of documents are in SQL. */
import { containsAny, isAny, isAnyCaseless } from '../../db/any-of.ts'
import { DOCUMENT_COLUMNS } from '../../db/document-columns.ts'
import { filterParameters, type FilterParameter } from '../../domain/document-fields.ts'

export const SELECT = `SELECT ${DOCUMENT_COLUMNS} FROM documents.documents`
const FILTERS = filterParameters('list')

export const SORT_KEYS = ['created_at', 'updated_at', 'title'] as const

export interface ListQuery {
  /** values of the query parameters of `filterParameters('list')`, by name: one, or several of which any counts */
  filters: Record<string, unknown>
  sort: { key: (typeof SORT_KEYS)[number]; descending: boolean }
  skip: number
  limit: number
  /** sort key and id of the last row of the previous page */
  after: { key: string; id: string } | undefined
}

/** Pages in the order of the partial indexes of documents.documents. Exported so that a test can read its plan. */
export function listStatement({ filters, sort, skip, limit, after }: ListQuery): {
  text: string
  values: unknown[]
} {
  const { where, values, bind } = selection(filters)
  // Rows before the cursor are not read.
  const rest = after
    ? ` AND (${sort.key}, id) ${sort.descending ? '<' : '>'} (${bind(after.key)}, ${bind(after.id)})`
    : ''
  const direction = sort.descending ? 'DESC' : 'ASC'
  const text =
    `${SELECT} WHERE ${where}${rest} ORDER BY ${sort.key} ${direction}, id ${direction}` +
    ` LIMIT ${bind(limit)} OFFSET ${bind(skip)}`
  return { text, values }
}

/** The documents that the filters select. */
export function selection(filters: ListQuery['filters']) {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where = ['deleted_at IS NULL']
  for (const [name, parameter] of Object.entries(FILTERS)) {
    const value = filters[name]
    if (value !== undefined) where.push(condition(parameter, [value].flat(), bind))
  }
  return { where: where.join(' AND '), values, bind }
}

function condition(
  { field, operator }: FilterParameter,
  values: unknown[],
  bind: (value: unknown) => string,
): string {
  switch (operator) {
    case 'equal':
      return isAny(field, values, bind)
    case 'caseless':
      return isAnyCaseless(field, values, bind)
    case 'contains':
      return containsAny(field, values, bind)
    case 'from':
      return `${field} >= ${bind(values[0])}`
    case 'to':
      return `${field} < ${bind(values[0])}`
  }
}
