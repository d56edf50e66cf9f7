import type { IndexFile, Statement } from './index-file.ts'
import { LRUCache } from 'lru-cache'
import type { Condition } from '../fields.ts'
import type { SqlValue } from './columns.ts'
import { whereOf } from './conditions.ts'

/** Up to so many documents are looked up one by one; of more all between the first and the last are read. */
const MAX_SINGLE_LOOKUPS = 256

/**
 * Sorted lists of rowids of documents, the newest first. They cross the border of SQLite as one JSON text, which costs a
 * tenth of rows.
 */
export function createLookups(database: IndexFile) {
  const rows = createStatements(database)
  return { ...rows, ...createPages(rows), ...createMembership(rows) }
}

export type Lookups = ReturnType<typeof createLookups>
type Rows = ReturnType<typeof createStatements>

function createStatements(database: IndexFile) {
  const statements = new LRUCache<string, Statement>({ max: 200 })
  function prepare(sql: string): Statement {
    let statement = statements.get(sql)
    if (statement === undefined) statements.set(sql, (statement = database.prepare(sql)))
    return statement
  }

  const list = (sql: string, values: readonly SqlValue[]): number[] => {
    const { list } = prepare(`select json_group_array(rowid) as list from (${sql})`).get(...values) as {
      list: string
    }
    return JSON.parse(list) as number[]
  }

  return { prepare, list }
}

function createPages({ prepare, list }: Rows) {
  /** @param before undefined: from the newest one */
  function wordsPage(expression: string, conditions: readonly Condition[], limit: number, before = Infinity) {
    const start = before === Infinity ? [] : [before]
    const older = start.map(() => 'and w.rowid < ?').join('')
    if (conditions.length === 0)
      return list(
        `select w.rowid from words as w where w.words match ? ${older} order by w.rowid desc limit ?`,
        [expression, ...start, limit],
      )
    const { sql, values } = whereOf(conditions)
    return list(
      `select w.rowid from words as w cross join documents as d on d.rowid = w.rowid
       where w.words match ? ${older} and ${sql} order by w.rowid desc limit ?`,
      [expression, ...start, ...values, limit],
    )
  }

  return {
    wordsPage,

    documentsPage(conditions: readonly Condition[], limit: number, before = Infinity): number[] {
      const { sql, values } = whereOf(conditions)
      const older = before === Infinity ? '' : 'and d.rowid < ?'
      return list(`select d.rowid from documents as d where ${sql} ${older} order by d.rowid desc limit ?`, [
        ...values,
        ...(before === Infinity ? [] : [before]),
        limit,
      ])
    },

    /**
     * Documents with a passage that matches, the newest first.
     * @param limit of passages that are read
     * @param before a passage; undefined: from the newest one
     */
    passagesPage(expression: string, limit: number, before?: number) {
      const start = before === undefined ? [] : [before]
      const older = start.map(() => 'and rowid < ?').join('')
      const sql = `
        select json_group_array(distinct p.document) as list, count(*) as count, min(p.rowid) as last
        from (select rowid from passage_words where passage_words match ? ${older} order by rowid desc limit ?) as w
        cross join passages as p on p.rowid = w.rowid`
      const { list, count, last } = prepare(sql).get(expression, ...start, limit) as Record<string, unknown>
      const rowids = (JSON.parse(list as string) as number[]).sort((one, other) => other - one)
      return { rowids, isLast: (count as number) < limit, last: last as number }
    },
  }
}

function createMembership({ list }: Rows) {
  return {
    /** Those of the documents that match. */
    withWords(expression: string, rowids: readonly number[]): Set<number> {
      if (rowids.length === 0) return new Set()
      if (rowids.length > MAX_SINGLE_LOOKUPS)
        return new Set(
          list('select rowid from words where words match ? and rowid between ? and ?', [
            expression,
            rowids.at(-1)!,
            rowids[0]!,
          ]),
        )
      return new Set(
        list('select rowid from words where words match ? and rowid in (select value from json_each(?))', [
          expression,
          JSON.stringify(rowids),
        ]),
      )
    },

    withPassages(expression: string, rowids: readonly number[]): Set<number> {
      const among = (given: readonly number[]): number[] =>
        list(
          `select distinct p.document as rowid from passage_words as w cross join passages as p on p.rowid = w.rowid
           where w.passage_words match ?1
             and w.rowid >= (select min(first_passage) from documents where rowid in (select value from json_each(?2)))
             and w.rowid <= (select max(first_passage + passages) from documents
                             where rowid in (select value from json_each(?2)))`,
          [expression, JSON.stringify(given)],
        )
      if (rowids.length === 0) return new Set()
      return new Set(
        rowids.length > MAX_SINGLE_LOOKUPS ? among(rowids) : rowids.flatMap((rowid) => among([rowid])),
      )
    },

    withValues: (conditions: readonly Condition[], rowids: readonly number[]): Set<number> => {
      const { sql, values } = whereOf(conditions)
      return new Set(
        list(
          `select d.rowid from json_each(?) as given cross join documents as d on d.rowid = given.value where ${sql}`,
          [JSON.stringify(rowids), ...values],
        ),
      )
    },
  }
}
