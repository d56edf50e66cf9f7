import { MAX_TOTAL } from '../domain/total.ts'
import { type Queryable, queryRows, type StatementOptions } from './query.ts'

/**
 * Counts rows up to one more than MAX_TOTAL, so that the cost is bounded.
 * @param source what follows FROM: a table and its condition
 */
export async function countRows(
  on: Queryable,
  source: string,
  values: readonly unknown[],
  options?: StatementOptions,
): Promise<number> {
  const text = `SELECT count(*)::int AS count FROM (SELECT FROM ${source} LIMIT ${MAX_TOTAL + 1}) AS counted`
  const [row] = await queryRows<{ count: number }>(on, text, values, options)
  return row!.count
}
