import type { Pool } from 'pg'

/** A direct connection, not through a pooler: for replication, migrations, LISTEN and session locks. */
export interface ConnectionSettings {
  host: string
  port: number
  user: string
  password: string
  database: string
  /** TLS: whether the server's certificate is verified, and the certificate authority (PEM; default: the system's) */
  ssl?: { rejectUnauthorized: boolean; ca?: string }
}

/** An open database. */
export interface Database {
  /** bounded; may go through PgBouncer in transaction mode, so statements are never named */
  pool: Pool
  direct: ConnectionSettings
  /** what opening it found and repaired, in sentences for the operator */
  findings: string[]
  /** resolves when the embedded server has ended unexpectedly: the process cannot continue */
  ended: Promise<Error>
  /** @throws DomainError unavailable */
  check(): Promise<void>
  stop(): Promise<void>
}
