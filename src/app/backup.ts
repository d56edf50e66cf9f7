import { resolve } from 'node:path'
import type { Config } from '../config/schema.ts'
import { connectAlone, tryBackupLock } from '../db/backup-lock.ts'
import { connectDatabase } from '../db/connect.ts'
import { databaseError } from '../db/query.ts'
import { appliedMigrations } from '../db/migrate.ts'
import { migrationsFolder } from '../db/open.ts'
import { createRetry } from '../roles/indexer/retry-transient.ts'
import type { Logger } from '../runtime/logger.ts'
import { startGraph } from '../runtime/module.ts'
import { writeArchiveFile } from './backup/archive-file.ts'
import { type End, type Manifest, MAX_NAMED } from './backup/archive-format.ts'
import { type DirectDatabase, openExistingDatabase } from './backup/direct-database.ts'
import { dump, type DumpSources, READERS, readManifest } from './backup/dump.ts'
import { checkArchive } from './backup/read-archive.ts'
import { writeArchive } from './backup/write-archive.ts'
import { createBase } from './base.ts'
import { composePorts } from './ports.ts'

export { checkArchive } from './backup/read-archive.ts'
export type { End, Manifest } from './backup/archive-format.ts'

/** One state of the database and the objects that its rows name, open for one archive. */
export interface OpenBackup {
  manifest: Manifest
  /**
   * Writes the archive, verifies it and gives it its name.
   * @param onObject gets each object, and why it is left out
   * @returns what is in it, and the size of the file in bytes
   * @throws Error with a sentence for the operator; the signal's reason
   */
  write(
    file: string,
    options: { force: boolean; onObject: (name: string, damage: string | undefined) => void },
  ): Promise<{ end: End; bytes: number }>
  stop(): Promise<void>
}

/**
 * Begins a backup: everything that was committed before is in it, nothing that commits later. Beside a running service,
 * too; the database is not migrated.
 * @throws NewerDatabaseError, Error with a sentence for the operator
 */
export async function openBackup(
  config: Config,
  { log, signal }: { log: Logger; signal: AbortSignal },
): Promise<OpenBackup> {
  const database = await openExistingDatabase(config, log)
  const steps = [() => database.stop()]
  const stop = async (): Promise<void> => {
    for (const step of steps.splice(0).reverse()) await step()
  }
  try {
    const { client, migrations } = await beginSnapshot(database)
    steps.push(() => client.end())
    // Beside the process that holds the data folder, which may be this one.
    const { connection } = database
    const { statementTimeout: statementMs } = config.database
    const onError = (err: Error): void => log.warn({ err }, 'a connection to the database was lost')
    const pooled = connectDatabase(connection, { size: READERS, waitMs: 5_000, statementMs, onError })
    steps.push(() => pooled.stop())
    const base = createBase(config, log, { sharesFolder: true, database: pooled })
    const { blobs } = composePorts(base)
    const graph = await startGraph([blobs], { stopLimitMs: config.shutdown.limit })
    steps.push(() => graph.stop())
    const manifest = await readManifest(client, migrations)
    const retry = createRetry(signal)
    const sources = { client, blobs: graph.value(blobs), retry, folder: resolve(config.data) }
    return { manifest, write: (file, options) => write(sources, manifest, file, options), stop }
  } catch (error) {
    await stop()
    throw databaseError(error)
  }
}

async function beginSnapshot({ connection }: DirectDatabase) {
  const client = await connectAlone(connection)
  try {
    if (!(await tryBackupLock(client, 'shared')))
      throw new Error('`docmgr gc` removes objects now: begin the backup when it is done')
    await client.query('begin isolation level repeatable read read only')
    await client.query('set local statement_timeout = 0')
    await client.query('set local idle_in_transaction_session_timeout = 0')
    const migrations = await appliedMigrations(client, migrationsFolder())
    if (migrations.length === 0)
      throw new Error('the database has no data of docmgr: there is nothing to back up')
    return { client, migrations }
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

async function write(
  sources: DumpSources,
  manifest: Manifest,
  file: string,
  { force, onObject }: Parameters<OpenBackup['write']>[1],
): ReturnType<OpenBackup['write']> {
  const { signal } = sources.retry
  const damage: Pick<End, 'damaged' | 'objects'> = { damaged: 0, objects: [] }
  const entries = dump(sources, manifest, ({ bucket, key }, detail) => {
    const object = `${bucket}/${key}`
    onObject(object, detail)
    if (detail === undefined) return
    damage.damaged++
    if (damage.objects.length < MAX_NAMED) damage.objects.push({ object, detail })
  })
  const endOf = () => ({ complete: damage.damaged === 0, ...damage })
  let end: End | undefined
  const bytes = await writeArchiveFile(
    file,
    () => writeArchive(entries, endOf, new Date(manifest.created_at)),
    { force, signal, verify: async (draft) => void ({ end } = await checkArchive(draft, signal)) },
  )
  return { end: end!, bytes }
}
