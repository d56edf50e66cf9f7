import type { Condition } from '../fields.ts'
import { encode, lowerColumn, type SqlValue } from './columns.ts'
import { firstRowid } from './rowids.ts'

/** A part of a WHERE with its parameters. */
export interface Where {
  sql: string
  values: SqlValue[]
}

/** Documents of the same time have rowids that follow each other; there are never so many. */
const MAX_SAME_TIME_ROWIDS = 100_000_000

/**
 * The condition of a document `d` that one of the subjects is among its readers, whose JSON is searched: a quotation mark after
 * a bracket or comma begins a subject, because one within a subject follows a backslash.
 */
export function isReadBy(subjects: readonly string[]): Where {
  const values = subjects.flatMap((subject) => ['[', ','].map((before) => before + JSON.stringify(subject)))
  return { sql: `(${values.map(() => 'instr(d.readers, ?)').join(' or ')})`, values }
}

/** The condition of a document `d`, without tombstones. Who may read it is no part of it (compile-plan.ts). */
export function whereOf(conditions: readonly Condition[]): Where {
  const parts = conditions.map(conditionOf)
  return {
    sql: ['not d.deleted', ...parts.map(({ sql }) => sql)].join(' and '),
    values: parts.flatMap(({ values }) => values),
  }
}

function conditionOf({ field, operator, values }: Condition): Where {
  const marks = values.map(() => '?').join(', ')
  if (operator === 'caseless')
    return {
      sql: `d.${lowerColumn(field)} in (${marks})`,
      values: values.map((value) => value.toLowerCase()),
    }
  const encoded = values.map((value) => encode(field, value))
  if (operator === 'equal') return { sql: `d.${field} in (${marks})`, values: encoded }
  const sign = operator === 'from' ? '>=' : '<'
  if (field !== 'created_at') return { sql: `d.${field} ${sign} ?`, values: encoded }
  // Rowids grow with the creation, so that the other documents are not read.
  const rowid = firstRowid(Number(encoded[0])) + (operator === 'from' ? 0 : MAX_SAME_TIME_ROWIDS)
  return { sql: `d.${field} ${sign} ? and d.rowid ${sign} ?`, values: [encoded[0]!, rowid] }
}
