import { containsAny, isAny, isAnyCaseless } from '../../db/any-of.ts'
import { DOCUMENT_COLUMNS } from '../../db/document-columns.ts'
import { filterParameters, type FilterParameter } from '../../domain/document-fields.ts'

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

/** Whose documents are listed; undefined: all. */
export interface Subjects {
  names: readonly string[]
  /** they have a role in so many documents that these are not read one by one */
  haveMany: boolean
}

interface Statement {
  text: string
  values: unknown[]
}

type Bind = (value: unknown) => string

/** Limits of pages that clients ask for most often, with the row that tells whether there is another page. */
const COMMON_LIMITS = [20, 50, 100, 200].map((limit) => limit + 1)

/**
 * Pages in the order of an index: of documents.documents, or of documents.access, where a page of someone who may read few
 * documents costs as little as any. Exported so that a test can read its plan.
 */
export function listStatement(query: ListQuery, subjects?: Subjects, columns = DOCUMENT_COLUMNS): Statement {
  if (subjects && query.sort.key === 'created_at' && !(subjects.haveMany && isFiltered(query)))
    return ofSubjects(query, subjects.names, columns)
  const { filters, sort } = query
  const { where, values, bind } = selection(filters, subjects)
  const text =
    `SELECT ${columns} FROM documents.documents WHERE ${where}${rest(query, sort.key, 'id', bind)} ORDER BY ${order(sort, sort.key, 'id')}` +
    range(query, bind)
  return { text, values }
}

export const isFiltered = ({ filters }: Pick<ListQuery, 'filters'>): boolean =>
  Object.values(filters).some((value) => value !== undefined)

/** Most callers have one subject, or two. */
const NAMED_SUBJECTS = 4

/** Of each subject as many as the page could have, and of these the page: a document can be there for several of them. */
function ofSubjects(query: ListQuery, subjects: readonly string[], columns: string): Statement {
  const isPrepared = !isFiltered(query) && subjects.length > 0 && subjects.length <= NAMED_SUBJECTS
  return isPrepared ? ofNamedSubjects(query, subjects, columns) : ofAnySubjects(query, subjects, columns)
}

/**
 * A page of everything that a few subjects may read, planned once: PostgreSQL takes an array of unknown length for ten
 * subjects, so that it would plan the statement for each call, which costs several times what it takes to run it. OFFSET 0
 * has it read each document by its id, also before it has statistics of a new table.
 */
function ofNamedSubjects(query: ListQuery, subjects: readonly string[], columns: string): Statement {
  const { conditions, values, bind } = filterConditions({})
  const { keys, ends } = endsOf(query, bind)
  const own = subjects.map(
    (subject) => `(SELECT listed_at, document_id, documents.*
      FROM (SELECT principal, created_at AS listed_at, document_id FROM documents.access) AS granted
      CROSS JOIN LATERAL (SELECT *, xmin FROM documents.documents WHERE id = document_id OFFSET 0) AS documents
     WHERE ${[...conditions, `principal = ${bind(subject)}`].join(' AND ')}${ends})`,
  )
  const text = `SELECT DISTINCT ON (listed_at, document_id) ${columns}
    FROM (${own.join(' UNION ALL ')}) AS documents ORDER BY ${keys}${range(query, bind)}`
  return { text, values }
}

function ofAnySubjects(query: ListQuery, subjects: readonly string[], columns: string): Statement {
  const { conditions, values, bind } = filterConditions(query.filters, 'listed_at')
  const where = [...conditions, `principal = subject`].join(' AND ')
  const { keys, ends } = endsOf(query, bind)
  const text = `SELECT ${columns} FROM (
    SELECT DISTINCT listed_at, document_id
      FROM unnest(${bind(subjects)}::text[]) AS subject CROSS JOIN LATERAL (
        SELECT listed_at, document_id
          FROM (SELECT principal, created_at AS listed_at, document_id FROM documents.access) AS granted
          JOIN documents.documents ON id = document_id
         WHERE ${where}${ends}) AS own
     ORDER BY ${keys}${range(query, bind)}) AS page
    JOIN documents.documents ON id = document_id ORDER BY ${keys}`
  return { text, values }
}

/** The order of a subject's documents, and how its statement ends. */
function endsOf(query: ListQuery, bind: Bind): { keys: string; ends: string } {
  const { skip, limit } = query
  const keys = order(query.sort, 'listed_at', 'document_id')
  const most = range({ skip: 0, limit: skip + limit }, bind)
  return { keys, ends: `${rest(query, 'listed_at', 'document_id', bind)} ORDER BY ${keys}${most}` }
}

const order = ({ descending }: ListQuery['sort'], key: string, id: string): string => {
  const direction = descending ? 'DESC' : 'ASC'
  return `${key} ${direction}, ${id} ${direction}`
}

/**
 * The rows of the page. The first page of a common length has no parameters here: PostgreSQL takes a parameter of LIMIT for
 * a tenth of the table, so that it plans the statement for each call, which costs more than to run it. A text for each
 * length and offset would leave no names for other statements (preparing-client.ts).
 */
function range({ skip, limit }: Pick<ListQuery, 'skip' | 'limit'>, bind: Bind): string {
  const isCommon = skip === 0 && COMMON_LIMITS.includes(limit)
  return isCommon ? ` LIMIT ${limit}` : ` LIMIT ${bind(limit)} OFFSET ${bind(skip)}`
}

/** Rows before the cursor are not read. */
const rest = ({ after, sort }: ListQuery, key: string, id: string, bind: Bind): string =>
  after ? ` AND (${key}, ${id}) ${sort.descending ? '<' : '>'} (${bind(after.key)}, ${bind(after.id)})` : ''

/** The documents that the filters select, and of them those in which one of the subjects has a role. */
export function selection(filters: ListQuery['filters'], subjects?: Subjects) {
  const { conditions, values, bind } = filterConditions(filters)
  if (subjects) {
    const names = bind(subjects.names)
    conditions.push(
      subjects.haveMany
        ? `EXISTS (SELECT FROM documents.access WHERE document_id = id AND principal = ANY (${names}))`
        : `id = ANY (ARRAY (SELECT document_id FROM documents.access WHERE principal = ANY (${names})))`,
    )
  }
  return { where: conditions.join(' AND '), values, bind }
}

/** @param createdAt the column with it */
function filterConditions(filters: ListQuery['filters'], createdAt = 'created_at') {
  const values: unknown[] = []
  const bind: Bind = (value) => `$${values.push(value)}`
  const conditions = ['deleted_at IS NULL']
  for (const [name, parameter] of Object.entries(FILTERS)) {
    const value = filters[name]
    const column = parameter.field === 'created_at' ? createdAt : parameter.field
    if (value !== undefined) conditions.push(condition(parameter, column, [value].flat(), bind))
  }
  return { conditions, values, bind }
}

function condition(
  { operator }: FilterParameter,
  column: string,
  values: unknown[],
  bind: (value: unknown) => string,
): string {
  switch (operator) {
    case 'equal':
      return isAny(column, values, bind)
    case 'caseless':
      return isAnyCaseless(column, values, bind)
    case 'contains':
      return containsAny(column, values, bind)
    case 'from':
      return `${column} >= ${bind(values[0])}`
    case 'to':
      return `${column} < ${bind(values[0])}`
  }
}
