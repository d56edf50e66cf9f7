import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { poll } from '../runtime/poll.ts'
import { programVersion } from '../runtime/version.ts'
import type { ConnectionSettings } from './database.ts'
import { quick, QUICK_MS, sqlState } from './query.ts'

/** Key of the advisory lock: any number that all docmgr processes share. */
const MIGRATION_LOCK = 7_302_115_114

/** How long a process waits for another one that migrates. */
const LOCK_LIMIT_MS = 300_000

/** drizzle's table of the applied migrations; its comment names the program that applied the last one. */
export const MIGRATIONS_TABLE = 'drizzle.__drizzle_migrations'
const LOCK_NOT_AVAILABLE = '55P03'

/** Which migrations the database has, compared with those of this program. */
export interface SchemaState {
  applied: number
  /** migrations of this program that the database lacks */
  pending: number
}

/**
 * The database has migrations that this program does not know: a newer program migrated it. An older program would write
 * rows that the newer one cannot read, so it must not touch anything.
 */
export class NewerDatabaseError extends Error {
  constructor(applied: number, writtenBy: string | undefined, known: number) {
    const own = programVersion()
    const newer = writtenBy === undefined || writtenBy === own ? 'a newer docmgr' : `docmgr ${writtenBy}`
    super(
      `the database has schema version ${applied}, of ${newer}, and this is docmgr ${own}, ` +
        `which knows up to schema version ${known}: use the newer program, or restore a backup of the older one`,
    )
    this.name = 'NewerDatabaseError'
  }
}

/** How to wait for another process that migrates. */
export interface MigrationWait {
  /** default 5 minutes */
  limitMs?: number
  /** called once, with a sentence for the operator, when there is something to wait for */
  onWait?: (message: string) => void
}

const waitMessage = (limitMs: number): string =>
  `another process is migrating the database: waiting for it, at most ${Math.round(limitMs / 1_000)} s`

/**
 * Applies pending migrations in one transaction, on a direct connection. Several processes may call it at once: one
 * migrates, the others wait.
 *
 * @param folder of the migrations: the repository's `drizzle`
 * @returns how many migrations were applied
 * @throws NewerDatabaseError before anything is changed; Error with a sentence for the operator
 */
export function migrateDatabase(
  connection: ConnectionSettings,
  folder: string,
  wait: MigrationWait = {},
): Promise<number> {
  return withClient(connection, async (client) => {
    await refusePooler(client)
    await lockMigrations(client, wait)
    const before = await schemaStateOf(client, folder)
    if (before.pending === 0) return 0
    await migrate(drizzle(client), { migrationsFolder: folder })
    await client.query(`comment on table ${MIGRATIONS_TABLE} is ${client.escapeLiteral(programVersion())}`)
    return (await schemaStateOf(client, folder)).applied - before.applied
  })
}

/**
 * Which migrations the database has. Where some are pending and another process is migrating, waits for that process.
 * @throws NewerDatabaseError; Error with a sentence for the operator
 */
export function readSchemaState(
  connection: ConnectionSettings,
  folder: string,
  { limitMs = LOCK_LIMIT_MS, onWait }: MigrationWait = {},
): Promise<SchemaState> {
  return withClient({ ...connection, query_timeout: QUICK_MS }, async (client) => {
    let state = await schemaStateOf(client, folder)
    // Not by taking the lock: this connection may go through a pooler.
    let hasReported = false
    await poll({ timeoutMs: limitMs }, 'the migration by another process', async () => {
      if (state.pending === 0 || !(await isMigrating(client))) return true
      if (!hasReported) onWait?.(waitMessage(limitMs))
      hasReported = true
      state = await schemaStateOf(client, folder)
      return false
    })
    return state.pending === 0 ? state : schemaStateOf(client, folder)
  })
}

/** Times of the applied migrations in milliseconds; none where there is no table of them. @throws NewerDatabaseError */
export async function appliedMigrations(client: pg.ClientBase, folder: string): Promise<number[]> {
  if ((await schemaStateOf(client, folder)).applied === 0) return []
  const { rows } = await client.query<{ created_at: string }>(
    `select created_at from ${MIGRATIONS_TABLE} order by created_at`,
  )
  return rows.map(({ created_at }) => Number(created_at))
}

/** Times of the migrations that this program has, in their order. @param folder of the migrations */
export const knownMigrations = (folder: string): number[] =>
  readMigrationFiles({ migrationsFolder: folder }).map(({ folderMillis }) => folderMillis)

/**
 * Migrates an empty database as an older program would.
 * @param count how many of the migrations
 */
export async function migrateDatabaseTo(
  connection: ConnectionSettings,
  folder: string,
  count: number,
): Promise<void> {
  const older = await mkdtemp(join(tmpdir(), 'docmgr-migrations-'))
  try {
    await cp(folder, older, { recursive: true })
    const file = join(older, 'meta', '_journal.json')
    const journal = JSON.parse(await readFile(file, 'utf8')) as { entries: unknown[] }
    await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }))
    await migrateDatabase(connection, older)
  } finally {
    await rm(older, { recursive: true, force: true })
  }
}

async function withClient<T>(
  connection: pg.ClientConfig,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000 })
  // A connection that is lost also rejects the statement in flight; without a listener it would end the process.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Held until the connection ends. */
async function lockMigrations(
  client: pg.Client,
  { limitMs = LOCK_LIMIT_MS, onWait }: MigrationWait,
): Promise<void> {
  const { rows } = await client.query('select pg_try_advisory_lock($1) as held', [MIGRATION_LOCK])
  if (rows[0].held) return
  onWait?.(waitMessage(limitMs))
  await client.query(`set lock_timeout = ${limitMs}`)
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error
    const seconds = Math.round(limitMs / 1_000)
    throw new Error(`another process has been migrating the database for ${seconds} s: see its log`, {
      cause: error,
    })
  }
  await client.query('set lock_timeout = 0')
}

async function isMigrating(client: pg.Client): Promise<boolean> {
  // A lock with one key of 64 bits has its halves in classid and objid (PostgreSQL documentation, pg_locks).
  const { rowCount } = await client.query(
    `select from pg_locks where locktype = 'advisory' and granted and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32) + objid::bigint = $1`,
    [MIGRATION_LOCK],
  )
  return rowCount! > 0
}

/** An advisory lock that is taken through a pooler stays with the pooler's connection and excludes no one. */
async function refusePooler(client: pg.Client): Promise<void> {
  const { rows } = await client.query(quick('select pg_backend_pid() as pid'))
  // A pooler does not know in advance which server process will serve the client, and sends a number of its own.
  if (rows[0].pid === (client as pg.Client & { processID: number }).processID) return
  throw new Error(
    'the migrations cannot go through a pooler such as PgBouncer: set database.directUrl to PostgreSQL itself',
  )
}

/** @throws NewerDatabaseError */
async function schemaStateOf(client: pg.ClientBase, folder: string): Promise<SchemaState> {
  const known = new Set(
    readMigrationFiles({ migrationsFolder: folder }).map(({ folderMillis }) => folderMillis),
  )
  const { rows: found } = await client.query(`select to_regclass('${MIGRATIONS_TABLE}') as name`)
  if (found[0].name === null) return { applied: 0, pending: known.size }
  const { rows } = await client.query<{ created_at: string }>(`select created_at from ${MIGRATIONS_TABLE}`)
  const applied = rows.length
  const unknown = rows.filter(({ created_at }) => !known.has(Number(created_at)))
  if (unknown.length === 0 && applied <= known.size) return { applied, pending: known.size - applied }
  const { rows: comments } = await client.query<{ comment: string | null }>(
    `select obj_description('${MIGRATIONS_TABLE}'::regclass) as comment`,
  )
  throw new NewerDatabaseError(applied, comments[0]!.comment ?? undefined, known.size)
}
