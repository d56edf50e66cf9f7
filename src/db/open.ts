import { join } from 'node:path'
import type { Logger } from '../runtime/logger.ts'
import { watchDiskSpace } from '../runtime/disk-space.ts'
import { packageRoot } from '../runtime/package-root.ts'
import { within } from '../runtime/within.ts'
import { connectDatabase } from './connect.ts'
import { connectionOf, directConnectionOf } from './connection-url.ts'
import type { ConnectionSettings, Database } from './database.ts'
import { migrateDatabase, readSchemaState } from './migrate.ts'

export interface DatabaseOptions {
  /** PostgreSQL itself, where the URL names a pooler */
  directUrl?: string
  /** where the embedded server keeps its files */
  folder: string
  poolSize: number
  /** milliseconds */
  statementTimeout: number
  log: Logger
}

/** Together less than a module may take to stop. */
const POOL_STOP_MS = 1_500
const SERVER_STOP_MS = 8_000

/** Where the migrations are. */
export const migrationsFolder = (): string => join(packageRoot(), 'drizzle')

/**
 * Starts the embedded server and migrates it.
 * @throws NewerDatabaseError; Error with a sentence for the operator
 */
export async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  const { startEmbeddedPostgres } = await import('./embedded/embedded-postgres.ts')
  const server = await startEmbeddedPostgres({ folder: options.folder, log: options.log })
  try {
    await migrateDatabase(server.connection, migrationsFolder())
    const database = connect(options, server.connection, server.connection, true)
    const space = watchDiskSpace(options.folder)
    return {
      ...database,
      requireSpace: () => space.requireSpace(),
      async check() {
        await space.requireSpace()
        return (await database.check()) ?? space.warning()
      },
      findings: server.findings,
      ended: server.ended,
      stop: async () => {
        // A connection that is in use does not hold up the server, which ends it.
        await within(POOL_STOP_MS, database.stop()).catch(() => {})
        await server.stop(SERVER_STOP_MS)
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/**
 * Connects to the embedded server that another process runs on the folder.
 * @throws NewerDatabaseError; Error with a sentence for the operator
 */
export async function openRunning(options: DatabaseOptions): Promise<Database> {
  const { connectionOfRunning } = await import('./embedded/running-server.ts')
  const connection = await connectionOfRunning(options.folder)
  const { pending } = await readSchemaState(connection, migrationsFolder())
  if (pending > 0)
    throw new Error('the service that uses the data folder is older than this program: restart it first')
  return connect(options, connection, connection)
}

/**
 * Connects to a server, which must have been migrated with `docmgr migrate`.
 * @param url postgres://…, which may name a pooler
 * @throws NewerDatabaseError; Error with a sentence for the operator
 */
export async function openServer(url: string, options: DatabaseOptions): Promise<Database> {
  const pooled = connectionOf(url)
  const direct = directConnectionOf({ url, directUrl: options.directUrl })
  await requireMigrated(direct, options.log)
  return connect(options, pooled, direct)
}

/** @throws NewerDatabaseError; Error with a sentence for the operator */
export async function requireMigrated(connection: ConnectionSettings, log?: Logger): Promise<void> {
  const onWait = (message: string): void => log?.warn(message)
  const { pending } = await readSchemaState(connection, migrationsFolder(), { onWait })
  if (pending > 0) throw new Error(`the database lacks ${pending} migrations: run \`docmgr migrate\` first`)
}

function connect(
  { poolSize, statementTimeout, log }: DatabaseOptions,
  pooled: ConnectionSettings,
  direct: ConnectionSettings,
  prepare = false,
): Database {
  return connectDatabase(pooled, {
    direct,
    size: poolSize,
    waitMs: 5_000,
    statementMs: statementTimeout,
    prepare,
    onError: (error) => log.warn({ err: error }, 'a connection to the database was lost'),
  })
}
