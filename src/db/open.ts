import { join } from 'node:path'
import type { Logger } from '../runtime/logger.ts'
import { packageRoot } from '../runtime/package-root.ts'
import { connectDatabase } from './connect.ts'
import { connectionOf } from './connection-url.ts'
import type { ConnectionSettings, Database } from './database.ts'
import { migrateDatabase, pendingMigrations } from './migrate.ts'

export interface DatabaseOptions {
  /** `embedded:` or `postgres://…` */
  url: string
  /** PostgreSQL itself, where `url` is a pooler */
  directUrl?: string
  /** where the embedded server keeps its files */
  folder: string
  poolSize: number
  /** milliseconds */
  statementTimeout: number
  log: Logger
}

/** Where the migrations are. */
export const migrationsFolder = (): string => join(packageRoot(), 'drizzle')

/**
 * Opens the database that the URL names. The embedded one is started and migrated; a server must have been migrated
 * with `docmgr migrate`.
 * @throws Error with a sentence for the operator
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const scheme = options.url.slice(0, options.url.indexOf(':') + 1)
  switch (scheme) {
    case 'embedded:':
      return openEmbedded(options)
    case 'postgres:':
    case 'postgresql:':
      return openServer(options)
    default:
      throw new Error(`database.url: ${scheme} is not known; it can be embedded: or postgres:`)
  }
}

async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  const { startEmbeddedPostgres } = await import('./embedded/embedded-postgres.ts')
  const server = await startEmbeddedPostgres({ folder: options.folder, log: options.log })
  try {
    await migrateDatabase(server.connection, migrationsFolder())
    const database = connect(options, server.connection, server.connection, true)
    return {
      ...database,
      findings: server.findings,
      ended: server.ended,
      stop: async () => {
        await database.stop()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function openServer(options: DatabaseOptions): Promise<Database> {
  const pooled = connectionOf(options.url)
  const direct = options.directUrl === undefined ? pooled : connectionOf(options.directUrl)
  const pending = await pendingMigrations(direct, migrationsFolder())
  if (pending > 0) throw new Error(`the database lacks ${pending} migrations: run \`docmgr migrate\` first`)
  return connect(options, pooled, direct)
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
