import type { Pool } from 'pg'
import { countRows } from '../../db/count-rows.ts'
import { queryRows } from '../../db/query.ts'
import type { Reach } from '../../domain/access.ts'
import type { Document } from '../../domain/document-fields.ts'
import { isFiltered, type ListQuery, listStatement, selection, type Subjects } from './list-statement.ts'

/** Lists of documents, without those that are not within reach. */
export interface DocumentLists {
  list(query: ListQuery, reach: Reach): Promise<Document[]>
  /** How many documents the filters select, up to one more than MAX_TOTAL. */
  count(filters: ListQuery['filters'], reach: Reach): Promise<number>
}

/** Roles of a subject that are read one by one: more cost more than reading documents in the order of the list. */
const FEW = 5_000

export function createDocumentLists(pool: Pool): DocumentLists {
  async function subjectsOf(reach: Reach): Promise<Subjects | undefined> {
    if (reach === 'all') return undefined
    const text = `SELECT count(*)::int AS count
      FROM (SELECT FROM documents.access WHERE principal = ANY ($1) LIMIT ${FEW + 1}) AS counted`
    const [row] = await queryRows<{ count: number }>(pool, text, [reach])
    return { names: reach, haveMany: row!.count > FEW }
  }
  return {
    async list(query, reach) {
      const costsTheSame = reach !== 'all' && query.sort.key === 'created_at' && !isFiltered(query)
      const subjects = costsTheSame ? { names: reach, haveMany: false } : await subjectsOf(reach)
      const { text, values } = listStatement(query, subjects)
      return queryRows<Document & Record<string, unknown>>(pool, text, values)
    },
    async count(filters, reach) {
      const { where, values } = selection(filters, await subjectsOf(reach))
      return countRows(pool, `documents.documents WHERE ${where}`, values)
    },
  }
}
