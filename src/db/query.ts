/**
 * Two ways to query. Statements on the path of every request, event or search are SQL texts for `queryRows`: building a
 * statement with drizzle costs 50 to 100 µs of CPU. All other statements on docmgr's own
 * tables use the query builder (query-builder.ts), which checks names and types against schema.ts. Statements on
 * PostgreSQL's catalogs and functions are SQL too.
 */
import pg, { type Pool, type PoolClient, type QueryResultRow } from 'pg'
import { isRecording, spanned, type Spanned } from '../runtime/spans.ts'
import { translateError } from '../runtime/translate-error.ts'
import { isoFromPostgres } from './timestamp.ts'

/** The pool, or the client that a transaction holds. */
export type Queryable = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>

/** By PostgreSQL's type number (pg_type): how values are made from its text format. */
const PARSERS: Record<number, (text: string) => unknown> = {
  16: (text) => text === 't',
  20: Number, // bigint: sizes and counts, below 2^53
  21: Number,
  23: Number,
  114: JSON.parse,
  1009: pg.types.getTypeParser(1009 as never, 'text'), // text[]
  1184: isoFromPostgres,
  3802: JSON.parse,
}
const asText = (text: string): string => text
// The signature in pg depends on the type number; all values come as text here.
const types = { getTypeParser: (oid: number) => PARSERS[oid] ?? asText } as never

/** Milliseconds for a statement that itself needs no time. */
export const QUICK_MS = 10_000

/**
 * The first statement of a connection without a limit on statements. A pooler accepts connections without its server, and
 * then lets the first statement wait.
 */
export const quick = (text: string, values: unknown[] = []) => ({ text, values, query_timeout: QUICK_MS })

/** One statement in a text, also without parameters, so that a client may name it (preparing-client.ts). */
const ONE = { queryMode: 'extended' }
const UNNAMED = { ...ONE, name: '' }

export interface StatementOptions {
  /**
   * Whether the statement is planned with its values at each call, which costs 50 to 100 µs. A prepared statement gets a plan
   * without them after five calls (PostgreSQL's documentation of PREPARE): where a value can select nearly all rows or
   * none, that plan may read all rows to find none.
   */
  dependsOnValues?: boolean
}

/**
 * Runs one statement. Rows have the types of the tables in schema.ts: times are ISO 8601 strings with
 * microseconds, bigint is a number.
 *
 * @throws DomainError unavailable, deadline-exceeded
 */
export async function queryRows<Row extends QueryResultRow>(
  on: Queryable,
  text: string,
  values: readonly unknown[] = [],
  { dependsOnValues = false }: StatementOptions = {},
): Promise<Row[]> {
  try {
    const kind = dependsOnValues ? UNNAMED : ONE
    const ask = () => on.query<Row>({ ...kind, text, values: values as unknown[], types })
    const { rows } = await (isRecording() ? spanned(statementSpan(text), ask) : ask())
    return rows
  } catch (error) {
    throw databaseError(error)
  }
}

/** Changes in a WITH clause, which are not what the statement is for. */
const CHANGES_BEFORE = /\b[a-z_]+ AS \(\s*(?:INSERT|UPDATE|DELETE)(?:[^()]|\([^()]*\))*\)/gi

/** The span of a statement: what it does with which table; its values are parameters, and are not in it. */
function statementSpan(statement: string): Spanned {
  const text = statement.replace(CHANGES_BEFORE, '')
  const [, operation = 'statement'] = /\b(SELECT|INSERT|UPDATE|DELETE)\b/i.exec(text) ?? []
  const [, table] = /\b(?:FROM|INTO|UPDATE)\s+(?:ONLY\s+)?([a-z_]+\.[a-z_]+)/i.exec(text) ?? []
  const verb = operation.toUpperCase()
  const summary = table === undefined ? verb : `${verb} ${table}`
  return {
    name: summary,
    kind: 'client',
    attributes: { 'db.system.name': 'postgresql', 'db.operation.name': verb, 'db.query.summary': summary },
  }
}

/**
 * Runs `work` in a transaction, which commits when it resolves and rolls back when it rejects.
 * @param options.lockWaitMs how long a statement may wait for a lock; without it, as long as a statement may take
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  options: { lockWaitMs?: number } = {},
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw databaseError(error)
  })
  let broken: Error | undefined
  try {
    const wait = options.lockWaitMs
    await client.query(wait === undefined ? 'BEGIN' : `BEGIN; SET LOCAL lock_timeout = ${Math.round(wait)}`)
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    // A connection that cannot roll back is not used again.
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure))
    throw databaseError(error)
  } finally {
    client.release(broken)
  }
}

export const databaseError = (error: unknown): unknown => translateError(error, 'the database')

/** The SQLSTATE of an error of the database or of its cause, such as `23505` for a unique violation. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : sqlState(error.cause)
}
