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
  /**
   * Whether the server can be read and written.
   * @returns a remark for the operator
   * @throws DomainError unavailable, deadline-exceeded
   */
  check(): Promise<string | undefined>
  /**
   * Called before a change for a client begins: it is refused before the disk of the embedded server is quite full.
   * @throws DomainError unavailable
   */
  requireSpace(): Promise<void>
  stop(): Promise<void>
}
