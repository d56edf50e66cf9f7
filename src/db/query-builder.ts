import { DrizzleQueryError } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Pool } from 'pg'
import { databaseError, type Queryable } from './query.ts'

/** drizzle's query builder on a pool, or on the client of a transaction. Its statements are unnamed. */
export const queryBuilder = (on: Queryable): NodePgDatabase => drizzle(on as Pool)

/** A LIMIT that no table reaches: PostgreSQL's largest integer. */
export const NO_LIMIT = 2 ** 31 - 1

/**
 * Runs a statement of the query builder.
 * @throws the same errors as `queryRows`; never drizzle's, whose message repeats the values of the statement
 */
export async function run<T>(statement: PromiseLike<T>): Promise<T> {
  try {
    return await statement
  } catch (error) {
    throw databaseError(error instanceof DrizzleQueryError ? error.cause : error)
  }
}
