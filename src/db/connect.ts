import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { ConnectionSettings, Database } from './database.ts'
import { createPreparingClient } from './preparing-client.ts'

export interface PoolOptions {
  /** connections at the most */
  size: number
  /** the server itself, where the connections are a pooler's */
  direct?: ConnectionSettings
  /** milliseconds that a caller waits for a connection */
  waitMs: number
  /** milliseconds that a statement may take */
  statementMs: number
  /** the connections are not a pooler's, so that statements can be named */
  prepare?: boolean
  /** an idle connection was lost, not by `stop`; the pool makes another */
  onError: (error: Error) => void
}

/**
 * A database over a bounded pool, which connects when it is first asked. Unless `prepare` is set, statements are unnamed: named ones break PgBouncer before
 * 1.21 in transaction mode, and so do startup parameters such as `statement_timeout`, hence the client-side limit.
 */
export function connectDatabase(connection: ConnectionSettings, options: PoolOptions): Database {
  let stopped: Promise<void> | undefined
  const pool = new pg.Pool({
    ...connection,
    ...(options.prepare && { Client: createPreparingClient() }),
    max: options.size,
    connectionTimeoutMillis: options.waitMs,
    query_timeout: options.statementMs,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  })
  pool.on('error', (error) => {
    if (!stopped) options.onError(error)
  })
  // A connection that is lost while a transaction holds it, between two statements, would end the process; the next
  // statement fails anyway.
  pool.on('connect', (client) => client.on('error', () => {}))
  return {
    drizzle: drizzle(pool),
    pool,
    direct: options.direct ?? connection,
    findings: [],
    ended: new Promise(() => {}),
    check: async () => void (await pool.query('select 1')),
    stop: () => (stopped ??= pool.end()),
  }
}
