import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Config } from '../../config/schema.ts'
import { FolderInUseError, lockFolder } from '../../data-folder/folder-lock.ts'
import { directConnectionOf } from '../../db/connection-url.ts'
import type { ConnectionSettings } from '../../db/database.ts'
import { isShared } from '../../ports/adapters.ts'
import type { Logger } from '../../runtime/logger.ts'

/** A database that is neither migrated nor pooled. */
export interface DirectDatabase {
  connection: ConnectionSettings
  stop(): Promise<void>
}

/**
 * The database of the configuration as it is: a server, the embedded one of the service that runs on the data folder, or an
 * embedded one that is started, which nothing migrates.
 * @throws Error with a sentence for the operator
 */
export async function openExistingDatabase({ data, database }: Config, log: Logger): Promise<DirectDatabase> {
  if (isShared('database', database.url)) return serverOf(database)
  const folder = join(resolve(data), 'postgres')
  if (!(await stat(join(folder, 'data')).catch(() => undefined)))
    throw new Error(`${resolve(data)} has no data of docmgr: name the data folder with --data`)
  try {
    const lock = await lockFolder(data)
    try {
      const server = await startEmbedded(folder, log)
      return { ...server, stop: () => server.stop().finally(() => lock.release()) }
    } catch (error) {
      await lock.release()
      throw error
    }
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error
    const { connectionOfRunning } = await import('../../db/embedded/running-server.ts')
    return { connection: await connectionOfRunning(folder), stop: async () => {} }
  }
}

/** A database to fill: a server, or a new embedded one. @param data the data folder of the embedded one */
export async function openNewDatabase(
  { database }: Config,
  data: string,
  log: Logger,
): Promise<DirectDatabase> {
  return isShared('database', database.url) ? serverOf(database) : startEmbedded(join(data, 'postgres'), log)
}

function serverOf(database: Config['database']): DirectDatabase {
  return { connection: directConnectionOf(database), stop: async () => {} }
}

async function startEmbedded(folder: string, log: Logger): Promise<DirectDatabase> {
  const { startEmbeddedPostgres } = await import('../../db/embedded/embedded-postgres.ts')
  const { connection, stop } = await startEmbeddedPostgres({ folder, log })
  return { connection, stop: () => stop() }
}
