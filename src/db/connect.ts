import pg from 'pg'
import type { ConnectionSettings, Database } from './database.ts'
import { createPreparingClient } from './preparing-client.ts'
import { createWriteProbe } from './write-probe.ts'

export interface PoolOptions {
  /** maximum number of connections */
  size: number
  /** PostgreSQL itself, when the connections go to a pooler */
  direct?: ConnectionSettings
  /** milliseconds that a caller waits for a connection */
  waitMs: number
  /** milliseconds that a statement may take */
  statementMs: number
  /** name (prepare) statements; only when the connections do not go to a pooler */
  prepare?: boolean
  /** an idle connection was lost, not by `stop`; the pool makes another */
  onError: (error: Error) => void
}

/**
 * A database over a bounded pool, which connects on the first query. Statements are unnamed unless `prepare` is set,
 * and the time limit of a statement is kept by the client: named statements and startup parameters such as
 * `statement_timeout` do not work with PgBouncer before 1.21 in transaction mode.
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
  // Without a listener, a connection that is lost between two statements of a transaction would end the process. The
  // next statement fails anyway.
  pool.on('connect', (client) => client.on('error', () => {}))
  return {
    pool,
    direct: options.direct ?? connection,
    findings: [],
    ended: new Promise(() => {}),
    check: createWriteProbe(pool),
    requireSpace: async () => {},
    stop: () => (stopped ??= pool.end()),
  }
}
