import { MAX_TOTAL } from '../../../domain/total.ts'
import { type Condition, exceptReaders, readersIn } from '../fields.ts'
import { MAX_VALUES } from '../limits.ts'
import type { Facet, ValueCount } from '../port.ts'
import { createBeginnings } from './beginnings.ts'
import type { SqlValue } from './columns.ts'
import { type CompiledPlan, compilePlan } from './compile-plan.ts'
import { isReadBy, type Where, whereOf } from './conditions.ts'
import { isDecided } from './features.ts'
import { createFindMatches } from './find-matches.ts'
import type { Lookups } from './lookups.ts'
import { readersExpression, without } from './match-expression.ts'
import type { Handlers, ReaderMethods } from './protocol.ts'
import { documentsOfReaders, EVERYBODY, mostDocumentsOf, ownerKey } from './reader-values.ts'

/** Of the matches of a query the values of so many of the newest are counted. */
const MAX_COUNTED = 2 * MAX_TOTAL
/** Of readers with at most so many documents these are looked through, unless fewer fulfil the conditions. */
const MAX_LISTED = 1_000

const EVERY_VALUE = `group by 1 order by 2 desc, 1 limit ${MAX_VALUES}`

export function createValueCounter(lookups: Lookups): Pick<Handlers<ReaderMethods>, 'countValues'> {
  const matches = createFindMatches(lookups)
  const beginnings = createBeginnings(lookups)

  const rowsOf = (sql: string, values: readonly SqlValue[]): ValueCount[] =>
    lookups
      .prepare(sql)
      .all(...values)
      .map((row: unknown) => ({ ...(row as ValueCount) }))

  const countOf = (facet: Facet, from: string, { sql, values }: Where): ValueCount[] =>
    rowsOf(
      `select d.${facet} as key, count(*) as count from ${from} where d.${facet} is not null and ${sql} ${EVERY_VALUE}`,
      values,
    )

  /** The values of all documents of the readers. Those of the reader with the most are known. */
  function countOfReaders(facet: Facet, readers: readonly string[]): ValueCount[] {
    const [most, ...others] = documentsOfReaders(lookups, readers).map(({ reader }) => reader)
    if (most === undefined) return []
    const known = 'select value as key, documents as count from reader_values where reader = ? and facet = ?'
    if (others.length === 0) return rowsOf(`${known} order by 2 desc, 1 limit ${MAX_VALUES}`, [most, facet])
    const rest = without(readersExpression(others), [readersExpression([most])])
    return rowsOf(
      `select key, sum(count) as count from (
         ${known} union all
         select d.${facet}, 1 from words as w cross join documents as d on d.rowid = w.rowid
         where w.words match ? and d.${facet} is not null
       ) ${EVERY_VALUE}`,
      [most, facet, rest],
    )
  }

  function countOfAll(facet: Facet, conditions: readonly Condition[]): ValueCount[] | undefined {
    const readers = readersIn(conditions)
    const others = exceptReaders(conditions)
    const where = whereOf(others)
    if (readers === undefined && others.length === 0) return countOfReaders(facet, [EVERYBODY])
    const owner = ownerIn(others)
    if (readers === undefined && owner !== undefined) return countOfReaders(facet, [ownerKey(owner)])
    if (readers === undefined) return countOf(facet, 'documents as d', where)
    if (others.length === 0) return countOfReaders(facet, readers)
    const listed = mostDocumentsOf(lookups, readers)
    const isListed =
      listed <= MAX_LISTED && lookups.documentsPage(others, { limit: listed + 1 }).length > listed
    if (isListed) return undefined
    const read = isReadBy(readers)
    const both = { sql: `${where.sql} and ${read.sql}`, values: [...where.values, ...read.values] }
    return countOf(facet, 'documents as d', both)
  }

  return {
    countValues(facet, plan, conditions) {
      const counted = plan === undefined ? countOfAll(facet, conditions) : undefined
      if (counted !== undefined) return counted
      const compiled = compilePlan(beginnings.inPlan(plan ?? []), conditions)
      const newest = newestOf(compiled)
      if (newest !== undefined)
        return countOf(facet, newest.sql, { sql: 'not d.deleted', values: newest.values })
      const { rowids } = matches.find(compiled, { enough: MAX_COUNTED, most: MAX_COUNTED })
      const from = 'json_each(?) as given cross join documents as d on d.rowid = given.value'
      return countOf(facet, from, { sql: 'not d.deleted', values: [JSON.stringify(rowids)] })
    },
  }
}

/** The one owner that the only condition names. */
function ownerIn(conditions: readonly Condition[]): string | undefined {
  const [condition] = conditions
  if (conditions.length !== 1 || condition!.field !== 'created_by') return undefined
  return condition!.values.length === 1 ? condition!.values[0] : undefined
}

/** Of a plan whose words decide the newest matches, without listing them. */
function newestOf(plan: CompiledPlan): Where | undefined {
  if (plan.words === undefined || plan.conditions.length > 0 || !isDecided(plan)) return undefined
  return {
    sql: `(select rowid from words where words match ? order by rowid desc limit ${MAX_COUNTED}) as w
          cross join documents as d on d.rowid = w.rowid`,
    values: [plan.words],
  }
}
