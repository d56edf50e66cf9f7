import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Config } from '../config/schema.ts'
import { type ConnectionSettings } from '../db/database.ts'
import { migrateDatabase, readSchemaState } from '../db/migrate.ts'
import { directConnectionOf } from '../db/connection-url.ts'
import { migrationsFolder } from '../db/open.ts'
import { isShared } from '../ports/adapters.ts'
import { FolderInUseError, type FolderLock, lockFolder } from '../data-folder/folder-lock.ts'
import { createLogger } from '../runtime/logger.ts'
import { processIdentity } from '../runtime/processes.ts'
import { readServiceFile } from '../data-folder/service-file.ts'
import { EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'

/** Applies pending migrations over a direct connection to the database. */
export async function migrate(
  options: ConfigOptions & { check?: boolean; json?: boolean },
  io: Io,
): Promise<number> {
  const { config } = await configOf(options)
  const holder = await holderOf(config)
  if (holder !== undefined) {
    if (options.json) io.json(options.check ? { pending: 0 } : { applied: 0 })
    else io.out(`The database is up to date: process ${holder}, which uses it, migrated it at its start.`)
    return EXIT.done
  }
  const onWait = (message: string): void => io.note(message)
  return withDirectConnection(config, io, async (connection) => {
    if (options.check) {
      const { pending } = await readSchemaState(connection, migrationsFolder(), { onWait })
      if (options.json) io.json({ pending })
      else
        io.out(
          pending === 0
            ? 'The database is up to date.'
            : `${count(pending)} pending: run \`docmgr migrate\`.`,
        )
      return pending === 0 ? EXIT.done : EXIT.attention
    }
    const applied = await migrateDatabase(connection, migrationsFolder(), { onWait })
    if (options.json) io.json({ applied })
    else io.out(applied === 0 ? 'The database was up to date.' : `${count(applied)} applied.`)
    return EXIT.done
  })
}

/** The process that uses the embedded database, if any. */
async function holderOf({ data, database }: Config): Promise<number | undefined> {
  if (isShared('database', database.url)) return undefined
  const file = await readServiceFile(data)
  return file && (await processIdentity(file.pid)) !== undefined ? file.pid : undefined
}

const count = (migrations: number): string => (migrations === 1 ? '1 migration' : `${migrations} migrations`)

/** Connects to the database without a pooler; starts an embedded one for the time of the work. */
async function withDirectConnection<T>(
  { data, database }: Config,
  io: Io,
  work: (connection: ConnectionSettings) => Promise<T>,
): Promise<T> {
  if (isShared('database', database.url)) return work(directConnectionOf(database))
  const { startEmbeddedPostgres } = await import('../db/embedded/embedded-postgres.ts')
  const lock = await lockWhenFree(data, io)
  try {
    const log = createLogger({ level: 'error' })
    const server = await startEmbeddedPostgres({ folder: join(data, 'postgres'), log })
    return await work(server.connection).finally(() => server.stop())
  } finally {
    await lock.release()
  }
}

/** Another process that migrates the same folder needs some seconds. */
const LOCK_LIMIT_MS = 60_000

/** Waits while another command migrates the folder. @throws FolderInUseError naming the process that still uses it */
async function lockWhenFree(data: string, { signal, note }: Io): Promise<FolderLock> {
  const end = performance.now() + LOCK_LIMIT_MS
  let hasReported = false
  for (;;) {
    try {
      return await lockFolder(data)
    } catch (error) {
      if (!(error instanceof FolderInUseError) || performance.now() > end) throw error
      if (!hasReported) note(`${error.message}: waiting for it, at most ${LOCK_LIMIT_MS / 1_000} s`)
      hasReported = true
      await delay(200, undefined, { signal })
    }
  }
}
