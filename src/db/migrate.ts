import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import type { ConnectionSettings } from './database.ts'

/** Key of the advisory lock: any number that all docmgr processes share. */
const MIGRATION_LOCK = 7_302_115_114

/** How long a process waits for another one that migrates. */
const LOCK_LIMIT_MS = 300_000

/**
 * Applies pending migrations in one transaction, on a direct connection. Several processes may call it at once: one
 * migrates, the others wait.
 *
 * @param folder of the migrations: the repository's `drizzle`
 * @returns how many migrations were applied
 */
export async function migrateDatabase(connection: ConnectionSettings, folder: string): Promise<number> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    await refusePooler(client)
    await client.query(`set lock_timeout = ${LOCK_LIMIT_MS}`)
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await client.query('set lock_timeout = 0')
    const before = await appliedMigrations(client)
    await migrate(drizzle(client), { migrationsFolder: folder })
    return (await appliedMigrations(client)) - before
  } finally {
    await client.end()
  }
}

/** Number of migrations that the database lacks; 0 when it is up to date. */
export async function pendingMigrations(connection: ConnectionSettings, folder: string): Promise<number> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    return readMigrationFiles({ migrationsFolder: folder }).length - (await appliedMigrations(client))
  } finally {
    await client.end()
  }
}

/** An advisory lock that is taken through a pooler stays with the pooler's connection and excludes no one. */
async function refusePooler(client: pg.Client): Promise<void> {
  const { rows } = await client.query('select pg_backend_pid() as pid')
  // A pooler does not know in advance which server process will serve the client, and sends a number of its own.
  if (rows[0].pid === (client as pg.Client & { processID: number }).processID) return
  throw new Error(
    'the migrations cannot go through a pooler such as PgBouncer: set database.directUrl to PostgreSQL itself',
  )
}

async function appliedMigrations(client: pg.Client): Promise<number> {
  const { rows: found } = await client.query(`select to_regclass('drizzle.__drizzle_migrations') as name`)
  if (found[0].name === null) return 0
  const { rows } = await client.query('select count(*)::int as applied from drizzle.__drizzle_migrations')
  return rows[0].applied
}
