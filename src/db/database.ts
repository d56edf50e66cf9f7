import type { Pool } from 'pg'

/** Settings of a connection that does not go through a pooler: replication, migrations, LISTEN, session locks. */
export interface ConnectionSettings {
  host: string
  port: number
  user: string
  password: string
  database: string
  /** encrypted: whether the server's certificate is verified, and by which authority (PEM; the usual ones without) */
  ssl?: { rejectUnauthorized: boolean; ca?: string }
}

/** The database as the program sees it. */
export interface Database {
  /** bounded; may go through PgBouncer in transaction mode, so statements are never named */
  pool: Pool
  direct: ConnectionSettings
  /** what opening it found and repaired, in sentences for the operator */
  findings: string[]
  /** resolves when the database is lost for good: the process cannot go on */
  ended: Promise<Error>
  /** @throws DomainError unavailable */
  check(): Promise<void>
  stop(): Promise<void>
}
