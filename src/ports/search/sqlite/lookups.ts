import type { IndexFile, Statement } from './index-file.ts'
import { LRUCache } from 'lru-cache'
import type { Condition } from '../fields.ts'
import type { SqlValue } from './columns.ts'
import { type Where, whereOf } from './conditions.ts'

/** Up to so many documents are looked up one by one; of more all between the first and the last are read, if those are few. */
const MAX_SINGLE_LOOKUPS = 4
/**
 * To look up one document takes as long as to read so many or longer: each lookup opens all words of the expression in all
 * segments.
 */
const READ_PER_LOOKUP = 500
const MAX_READ = 100_000
/** So many matches for each of the documents are listed: to tell those of the documents takes SQLite as long as to list four. */
const LISTED_PER_MEMBER = 4
/** Of more documents all passages between those of the first and the last are read. */
const MAX_SINGLE_PASSAGES = 256

/** Fewer passages are looked up one by one. */
const MIN_BETWEEN = 16

/**
 * Sorted lists of rowids of documents, the newest first. They cross the border of SQLite as one JSON text, which costs a
 * tenth of rows.
 */
export function createLookups(database: IndexFile) {
  const rows = createStatements(database)
  const documentsOf = createDocumentsOf(rows)
  return { ...rows, ...createPages(rows, documentsOf), ...createMembership(rows, documentsOf) }
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

/** A part of all rowids. */
interface Range {
  /** exclusive; undefined: from the newest one */
  before?: number | undefined
  /** the oldest one; undefined: to the end */
  from?: number | undefined
}

/** Of a list, the newest first. */
interface Page extends Range {
  limit: number
}

/**
 * A rowid as a parameter. A large number is bound as REAL, and FTS5 begins and ends at integers only: with others it reads all
 * that match, and SQLite drops what is outside.
 */
const ROWID = 'cast(? as integer)'

const within = (column: string, { before, from }: Range): Where => ({
  sql:
    (before === undefined ? '' : ` and ${column} < ${ROWID}`) +
    (from === undefined ? '' : ` and ${column} >= ${ROWID}`),
  values: [before, from].filter((value) => value !== undefined),
})
/** What selects rowids of documents with these words; a document without conditions is not read. */
function documentsWith(expression: string, conditions: readonly Condition[], range: Range): Where {
  const { sql: inRange, values: bounds } = within('w.rowid', range)
  if (conditions.length === 0)
    return {
      sql: `select w.rowid from words as w where w.words match ?${inRange}`,
      values: [expression, ...bounds],
    }
  const { sql, values } = whereOf(conditions)
  return {
    sql: `select w.rowid from words as w cross join documents as d on d.rowid = w.rowid
          where w.words match ?${inRange} and ${sql}`,
    values: [expression, ...bounds, ...values],
  }
}

function createPages({ prepare, list }: Rows, documentsOf: DocumentsOf) {
  const counted = (sql: string, values: readonly SqlValue[]): number =>
    (prepare(`select count(*) as count from (${sql})`).get(...values) as { count: number }).count

  return {
    /** Documents with these words that fulfil the conditions. */
    wordsPage(expression: string, conditions: readonly Condition[], page: Page): number[] {
      const { sql, values } = documentsWith(expression, conditions, page)
      return list(`${sql} order by w.rowid desc limit ?`, [...values, page.limit])
    },

    /** How many there are, up to a limit: a third of what their rowids cost. */
    countWords(expression: string, conditions: readonly Condition[], { limit, ...range }: Page): number {
      const { sql, values } = documentsWith(expression, conditions, range)
      return counted(`${sql} limit ?`, [...values, limit])
    },

    documentsPage(conditions: readonly Condition[], page: Page): number[] {
      const { sql, values } = whereOf(conditions)
      const range = within('d.rowid', page)
      return list(
        `select d.rowid from documents as d where ${sql}${range.sql} order by d.rowid desc limit ?`,
        [...values, ...range.values, page.limit],
      )
    },

    countDocuments(conditions: readonly Condition[], { limit, ...range }: Page): number {
      const { sql, values } = whereOf(conditions)
      const inRange = within('d.rowid', range)
      return counted(`select 1 from documents as d where ${sql}${inRange.sql} limit ?`, [
        ...values,
        ...inRange.values,
        limit,
      ])
    },

    /**
     * Documents with a passage that matches, the newest first.
     * @param page of passages that are read. FTS5 reads on behind the last of a range until the next one matches, so that a
     *   range with a beginning is read from there.
     */
    passagesPage(expression: string, page: Page) {
      const range = within('rowid', page)
      const order = page.from === undefined ? 'desc' : 'asc'
      const passages = list(
        `select rowid from passage_words where passage_words match ?${range.sql} order by rowid ${order} limit ?`,
        [expression, ...range.values, page.limit],
      )
      if (order === 'desc') passages.reverse()
      const rowids = documentsOf(passages).sort((one, other) => other - one)
      return { rowids, isLast: passages.length < page.limit, last: passages[0] ?? 0 }
    },

    /** The passages that match behind `first`, up to `last`, in their order. @param limit -1: all */
    passagesIn: (
      expression: string,
      { first, last, limit }: { first: number; last: number; limit: number },
    ) =>
      list(
        `select rowid from passage_words
         where passage_words match ? and rowid > ${ROWID} and rowid <= ${ROWID} order by rowid limit ?`,
        [expression, first, last, limit],
      ),
  }
}

type DocumentsOf = ReturnType<typeof createDocumentsOf>

/** Documents that are read for each passage, where many have none of them: to look one up takes as long as to read four. */
const READ_PER_PASSAGE = 2

function createDocumentsOf({ prepare, list }: Rows) {
  /** All documents from that of the first of these passages to that of the last; undefined: many have none of them. */
  function between(passages: readonly number[]): { rowids: number[]; firsts: number[] } | undefined {
    const most = passages.length * READ_PER_PASSAGE
    const read = prepare(
      `select json_group_array(rowid) as rowids, json_group_array(first_passage) as firsts from (
         select rowid, first_passage from documents
         where not deleted and first_passage <= ${ROWID} and first_passage >= (
           select max(first_passage) from documents where not deleted and first_passage <= ${ROWID}
         ) order by first_passage limit ?
       )`,
    ).get(passages.at(-1)!, passages[0]!, most + 1) as { rowids: string; firsts: string }
    const firsts = JSON.parse(read.firsts) as number[]
    return firsts.length > most ? undefined : { rowids: JSON.parse(read.rowids) as number[], firsts }
  }

  /**
   * The documents of passages, each once: from a small index, and not from the rows with the texts. In one range where most
   * documents have one of them, which takes a third of looking up each.
   * @param passages in their order
   */
  return (passages: readonly number[]): number[] => {
    const near = passages.length < MIN_BETWEEN ? undefined : between(passages)
    if (near === undefined)
      return list(
        `select distinct (
           select d.rowid from documents as d where d.first_passage <= given.value and not d.deleted
           order by d.first_passage desc limit 1
         ) as rowid from json_each(?) as given`,
        [JSON.stringify(passages)],
      )
    const { rowids, firsts } = near
    const found: number[] = []
    let place = 0
    let last = -1
    for (const passage of passages) {
      while (place + 1 < firsts.length && firsts[place + 1]! <= passage) place++
      if (place !== last) found.push(rowids[place]!)
      last = place
    }
    return found
  }
}

function createMembership({ prepare, list }: Rows, documentsOf: DocumentsOf) {
  /**
   * Those of the documents that match, and perhaps others between the first and the last, which are read; undefined: those are
   * too many.
   */
  function between(expression: string, rowids: readonly number[]): number[] | undefined {
    const few = rowids.length * LISTED_PER_MEMBER
    const near = list(
      `select rowid from words where words match ? and rowid between ${ROWID} and ${ROWID} order by rowid limit ?`,
      [expression, rowids.at(-1)!, rowids[0]!, few],
    )
    if (near.length < few) return near
    const most = Math.min(rowids.length * READ_PER_LOOKUP, MAX_READ)
    const read = prepare(
      `select json_group_array(rowid) filter (where rowid in (select value from json_each(?))) as list, count(*) as count
       from (select rowid from words where words match ? and rowid between ${ROWID} and ${ROWID} order by rowid limit ?)`,
    ).get(JSON.stringify(rowids), expression, rowids.at(-1)!, rowids[0]!, most) as {
      list: string
      count: number
    }
    return read.count < most ? (JSON.parse(read.list) as number[]) : undefined
  }

  return {
    /** @param rowids the newest first; others may be in what is returned */
    withWords(expression: string, rowids: readonly number[]): Set<number> {
      if (rowids.length === 0) return new Set()
      const read = rowids.length > MAX_SINGLE_LOOKUPS ? between(expression, rowids) : undefined
      if (read !== undefined) return new Set(read)
      return new Set(
        list('select rowid from words where words match ? and rowid in (select value from json_each(?))', [
          expression,
          JSON.stringify(rowids),
        ]),
      )
    },

    withPassages(expression: string, rowids: readonly number[]): Set<number> {
      const among = (given: readonly number[]): number[] =>
        documentsOf(
          list(
            `select w.rowid from passage_words as w
             where w.passage_words match ?1
               and w.rowid >= (select min(first_passage) from documents where rowid in (select value from json_each(?2)))
               and w.rowid <= (select max(first_passage + passages) from documents
                               where rowid in (select value from json_each(?2)))
             order by w.rowid`,
            [expression, JSON.stringify(given)],
          ),
        )
      if (rowids.length === 0) return new Set()
      return new Set(
        rowids.length > MAX_SINGLE_PASSAGES ? among(rowids) : rowids.flatMap((rowid) => among([rowid])),
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
