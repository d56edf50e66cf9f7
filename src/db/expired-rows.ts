import { and, type SQL, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Queryable } from './query.ts'
import { queryBuilder, run } from './query-builder.ts'

/** Rows of one statement. */
const BATCH_SIZE = 1_000

/** The rows of a table that have expired. */
export interface ExpiredRows {
  count(): Promise<number>
  /** Removes at most 1,000, the oldest first. @returns how many; 0 where none is left */
  removeSome(): Promise<number>
}

/** @param expiry the column by which they are old */
export function expiredRows(
  on: Queryable,
  { table, key, expiry, isExpired }: { table: PgTable; key: PgColumn[]; expiry: PgColumn; isExpired: SQL },
): ExpiredRows {
  const columns = sql.join(key, sql`, `)
  const oldest = sql`(select ${columns} from ${table} where ${isExpired} order by ${expiry} limit ${BATCH_SIZE})`
  return {
    count: () => run(queryBuilder(on).$count(table, isExpired)),
    async removeSome() {
      // The expiry is tested twice: of a row that is renewed meanwhile PostgreSQL evaluates only the outer condition again.
      const isOld = and(isExpired, sql`(${columns}) in ${oldest}`)
      return (await run(queryBuilder(on).delete(table).where(isOld))).rowCount ?? 0
    },
  }
}
