import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Pool } from 'pg'
import { connectDatabase } from '../db/connect.ts'
import type { Database } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { connectionOf } from '../db/connection-url.ts'
import { packageRoot } from '../runtime/package-root.ts'
import { stack } from './stack.ts'

export interface StackDatabase {
  name: string
  /** through PgBouncer */
  url: string
  directUrl: string
  /** its pool goes through PgBouncer */
  database: Database
}

/** A new, migrated database on the stack's PostgreSQL; removed after the test, with its replication slots. */
export async function openStackDatabase(t: Pick<TestContext, 'after'>): Promise<StackDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const at = (url: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href
  const [url, directUrl] = [at(stack.databaseUrl), at(stack.databaseDirectUrl)]
  await asAdmin((admin) =>
    admin.query(`create database ${name} owner ${new URL(stack.databaseDirectUrl).username}`),
  )
  const direct = connectionOf(directUrl)
  await migrateDatabase(direct, join(packageRoot(), 'drizzle'))
  const database = connectDatabase(connectionOf(url), {
    direct,
    size: 5,
    waitMs: 5_000,
    statementMs: 10_000,
    onError: () => {},
  })
  t.after(async () => {
    await database.stop()
    await asAdmin((admin) => dropDatabase(admin, name))
  })
  return { name, url, directUrl, database }
}

/** Runs `work` as PostgreSQL's superuser. */
export async function asAdmin<T>(work: (admin: Pool) => Promise<T>): Promise<T> {
  const admin = new Pool({ connectionString: stack.adminUrl, max: 1 })
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

/** Drops a database with its replication slots, after its sessions are ended and new connections are refused. */
export async function dropDatabase(admin: Pool, name: string): Promise<void> {
  await admin.query(`alter database ${name} with allow_connections false`)
  await admin.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [name])
  await admin.query(
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1',
    [name],
  )
  await admin.query(`drop database ${name} with (force)`)
}
