import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { Client } from 'pg'
import { findBinaries } from '../db/embedded/binaries.ts'
import { startEmbeddedPostgres } from '../db/embedded/embedded-postgres.ts'
import { clearLeftovers } from '../db/embedded/leftovers.ts'
import type { ConnectionSettings } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { migrationsFolder } from '../db/open.ts'
import { silentLogger } from '../runtime/logger.ts'
import { processIdentity } from '../runtime/processes.ts'

const run = promisify(execFile)
const PREFIX = 'docmgr-test-pg-'
const TEMPLATE_PREFIX = 'docmgr-test-template-'
const TWO_DAYS_MS = 2 * 24 * 3600 * 1000

/** Of a server for several processes, each with feeds of its own. */
const SHARED_SETTINGS = { max_connections: '300', max_wal_senders: '50', max_replication_slots: '100' }

export interface TestPostgres {
  /** of an empty database, the template of `createTestDatabase` */
  connection: ConnectionSettings
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

/**
 * A PostgreSQL server in a new folder, with logical decoding. It starts in under a second on a copy of a template, which
 * the first test on a machine creates.
 * @param options.shared for all test files of a run
 */
export async function startTestPostgres({ shared = false } = {}): Promise<TestPostgres> {
  await removeAbandoned()
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const removeNow = (): void => rmSync(folder, { recursive: true, force: true })
  process.on('exit', removeNow)
  const remove = async (): Promise<void> => {
    process.off('exit', removeNow)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    await copyTestCluster(join(folder, 'postgres'))
    // Commits stay synchronous: logical decoding only reads what was flushed.
    const server = await startEmbeddedPostgres({
      folder: join(folder, 'postgres'),
      log: silentLogger,
      // Without autovacuum, which would hold the template when a database is made of it.
      settings: {
        fsync: 'off',
        full_page_writes: 'off',
        autovacuum: 'off',
        ...(shared && SHARED_SETTINGS),
      },
    })
    return {
      connection: server.connection,
      async stop() {
        // Nothing of it is read again.
        await server.stop(0)
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Creates a migrated, empty database with a unique name. @param connection of a TestPostgres */
export async function createTestDatabase(connection: ConnectionSettings): Promise<ConnectionSettings> {
  const database = `test_${randomUUID().replaceAll('-', '')}`
  // A template must have no session.
  const client = new Client({ ...connection, database: 'postgres', ssl: false })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${database} TEMPLATE ${connection.database}`)
  } finally {
    await client.end()
  }
  return { ...connection, database }
}

/**
 * The folder of a stopped server with a migrated database, one per program, migrations, user and day; the first caller
 * creates it. One per day, because systems remove old files from their temporary folder one by one; one per program,
 * because its location decides which user the server runs as.
 */
async function findTemplate(): Promise<string> {
  const { postgres } = await findBinaries()
  const hash = createHash('sha256').update(postgres)
  for (const { sql } of readMigrationFiles({ migrationsFolder: migrationsFolder() })) hash.update(String(sql))
  const program = hash.digest('hex').slice(0, 12)
  const uid = process.getuid?.() ?? 0
  const day = new Date().toISOString().slice(0, 10)
  const template = join(tmpdir(), `${TEMPLATE_PREFIX}${uid}-${program}-${day}`)
  const present = await stat(template).catch(() => undefined)
  if (present) {
    if (present.uid !== uid) throw new Error(`${template} belongs to another user: remove it`)
    return join(template, 'postgres')
  }
  const draft = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const server = await startEmbeddedPostgres({ folder: join(draft, 'postgres'), log: silentLogger })
  try {
    await migrateDatabase(server.connection, migrationsFolder())
  } finally {
    await server.stop()
  }
  try {
    await rename(draft, template)
  } catch {
    // Another test file has created it in the meantime.
    await rm(draft, { recursive: true, force: true })
  }
  return join(template, 'postgres')
}

/**
 * A data folder for `docmgr serve`, with the database that its first start would have created.
 * @param path of the new folder; by default a temporary one
 */
export async function newDataFolder(path?: string): Promise<string> {
  const folder = path ?? (await mkdtemp(join(tmpdir(), 'docmgr-test-data-')))
  await mkdir(folder, { recursive: true })
  await copyTestCluster(join(folder, 'postgres'))
  return folder
}

/**
 * Copies the folder of a stopped server, whose database is migrated and empty, for startEmbeddedPostgres.
 * @param to a path that does not exist yet
 */
export async function copyTestCluster(to: string): Promise<void> {
  const from = await findTemplate()
  // With owners and modes; blocks are shared where the file system supports that.
  await run('cp', process.platform === 'linux' ? ['-a', '--reflink=auto', from, to] : ['-a', from, to])
}

/** Removes servers and folders of killed test processes, and templates of earlier days. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (name.startsWith(TEMPLATE_PREFIX)) await removeOld(join(tmpdir(), name))
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || (await processIdentity(Number(pid))) !== undefined) continue
    const folder = join(tmpdir(), name)
    await clearLeftovers(join(folder, 'postgres', 'data')).catch(() => {})
    await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

async function removeOld(template: string): Promise<void> {
  const { mtimeMs } = await stat(template).catch(() => ({ mtimeMs: Infinity }))
  if (Date.now() - mtimeMs < TWO_DAYS_MS) return
  await rm(template, { recursive: true, force: true }).catch(() => {})
}
