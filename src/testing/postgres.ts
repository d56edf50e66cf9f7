import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { findBinaries } from '../db/embedded/binaries.ts'
import { startEmbeddedPostgres } from '../db/embedded/embedded-postgres.ts'
import { clearLeftovers } from '../db/embedded/leftovers.ts'
import { type ConnectionSettings } from '../db/database.ts'
import { silentLogger } from '../runtime/logger.ts'
import { processIdentity } from '../runtime/processes.ts'

const run = promisify(execFile)
const PREFIX = 'docmgr-test-pg-'
const TEMPLATE_PREFIX = 'docmgr-test-template-'
const TWO_DAYS_MS = 2 * 24 * 3600 * 1000

export interface TestPostgres {
  connection: Omit<ConnectionSettings, 'database'>
  /** Creates an empty database with a unique name. */
  createDatabase(): Promise<ConnectionSettings>
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

/**
 * A PostgreSQL server for one test file, in a new folder, with logical decoding. It starts in under a second on a copy of
 * a template, which the first test on a machine creates.
 * @param options.durable flush to disk; a test that kills the server needs it
 */
export async function startTestPostgres(options: { durable?: boolean } = {}): Promise<TestPostgres> {
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
    const settings = options.durable ? {} : { fsync: 'off', full_page_writes: 'off' }
    const server = await startEmbeddedPostgres({
      folder: join(folder, 'postgres'),
      log: silentLogger,
      settings,
    })
    const { database: _, ...connection } = server.connection
    return {
      connection,
      createDatabase: () => createDatabase(server.connection),
      async stop() {
        await server.stop(3_000)
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

async function createDatabase(connection: ConnectionSettings): Promise<ConnectionSettings> {
  const database = `test_${randomUUID().replaceAll('-', '')}`
  const client = new Client({ ...connection, ssl: false })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${database}`)
  } finally {
    await client.end()
  }
  return { ...connection, database }
}

/**
 * The folder of a stopped server, one per program, user and day; the first caller creates it. One per day, because systems
 * remove old files from their temporary folder one by one; one per program, because its location decides which user the
 * server runs as.
 */
async function findTemplate(): Promise<string> {
  const { postgres } = await findBinaries()
  const program = createHash('sha256').update(postgres).digest('hex').slice(0, 12)
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
  await server.stop()
  try {
    await rename(draft, template)
  } catch {
    // Another test file has created it in the meantime.
    await rm(draft, { recursive: true, force: true })
  }
  return join(template, 'postgres')
}

/** Copies a stopped server's folder, for startEmbeddedPostgres, to the path `to`, which must not exist yet. */
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
