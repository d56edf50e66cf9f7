import type { Pool } from 'pg'
import { countRows } from '../../db/count-rows.ts'
import { queryRows } from '../../db/query.ts'
import type { Reach } from '../../domain/access.ts'
import type { Document } from '../../domain/document-fields.ts'
import { isFiltered, type ListQuery, listStatement, selection, type Subjects } from './list-statement.ts'
import { LISTED_COLUMNS, ListedDocuments, type ListedRow } from './listed-documents.ts'

/** A document of a page. */
export interface ListedDocument {
  id: string
  /** its value of the field that the list is sorted by */
  key: string
  /** as REST answers it */
  json: string
}

/** Lists of documents, without those that are not within reach. */
export interface DocumentLists {
  list(query: ListQuery, reach: Reach): Promise<ListedDocument[]>
  /** How many documents the filters select, up to one more than MAX_TOTAL. */
  count(filters: ListQuery['filters'], reach: Reach): Promise<number>
}

/** Roles of a subject that are read one by one: more cost more than reading documents in the order of the list. */
const FEW = 5_000

/** Which index is best depends on how many documents have the value of a filter. */
const planOf = (query: Pick<ListQuery, 'filters'>) => ({ dependsOnValues: isFiltered(query) })

export function createDocumentLists(pool: Pool): DocumentLists {
  async function subjectsOf(reach: Reach): Promise<Subjects | undefined> {
    if (reach === 'all') return undefined
    const text = `SELECT count(*)::int AS count
      FROM (SELECT FROM documents.access WHERE principal = ANY ($1) LIMIT ${FEW + 1}) AS counted`
    const [row] = await queryRows<{ count: number }>(pool, text, [reach])
    return { names: reach, haveMany: row!.count > FEW }
  }
  const listed = new ListedDocuments(pool)
  /** The first page, which is asked for most often; undefined when a document on it has changed meanwhile. */
  async function firstPage(
    query: ListQuery,
    subjects: Subjects | undefined,
  ): Promise<ListedDocument[] | undefined> {
    const columns = `${LISTED_COLUMNS}, ${query.sort.key} AS key`
    const { text, values } = listStatement(query, subjects, columns)
    const rows = await queryRows<ListedRow & { key: string }>(pool, text, values, planOf(query))
    const texts = await listed.read(rows)
    return texts?.map((json, n) => ({ id: rows[n]!.id, key: rows[n]!.key, json }))
  }
  /** Deeper pages are asked for once, by who reads all of them. */
  async function page(query: ListQuery, subjects: Subjects | undefined): Promise<ListedDocument[]> {
    const { text, values } = listStatement(query, subjects)
    const documents = await queryRows<Document & Record<string, unknown>>(pool, text, values, planOf(query))
    return documents.map((document) => ({
      id: document.id,
      key: document[query.sort.key],
      json: JSON.stringify(document),
    }))
  }
  return {
    async list(query, reach) {
      const costsTheSame = reach !== 'all' && query.sort.key === 'created_at' && !isFiltered(query)
      const subjects = costsTheSame ? { names: reach, haveMany: false } : await subjectsOf(reach)
      const isFirst = query.skip === 0 && query.after === undefined
      return (isFirst ? await firstPage(query, subjects) : undefined) ?? page(query, subjects)
    },
    async count(filters, reach) {
      const { where, values } = selection(filters, await subjectsOf(reach))
      return countRows(pool, `documents.documents WHERE ${where}`, values, planOf({ filters }))
    },
  }
}
