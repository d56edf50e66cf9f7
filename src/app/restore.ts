import { resolve } from 'node:path'
import type { Config } from '../config/schema.ts'
import { connectAlone } from '../db/backup-lock.ts'
import { appliedMigrations, knownMigrations, migrateDatabase, migrateDatabaseTo } from '../db/migrate.ts'
import { migrationsFolder } from '../db/open.ts'
import { isShared } from '../ports/adapters.ts'
import { type Blobs, BUCKETS } from '../ports/blobs/port.ts'
import { createRetry } from '../roles/indexer/retry-transient.ts'
import type { Logger } from '../runtime/logger.ts'
import { startGraph } from '../runtime/module.ts'
import { NewerArchiveError } from './backup/archive-error.ts'
import type { End, Manifest } from './backup/archive-format.ts'
import { openNewDatabase } from './backup/direct-database.ts'
import { beginFolder, type DraftFolder } from './backup/draft-folder.ts'
import { checkTables, load } from './backup/load.ts'
import { checkArchive } from './backup/read-archive.ts'
import { createBase } from './base.ts'
import { composePorts } from './ports.ts'

/** The clocks of this machine and of the object storage may differ by so much. */
const CLOCK_DIFFERENCE_MS = 3_600_000

/** An archive that was read and found to be right. */
export interface OpenRestore {
  manifest: Manifest
  end: End
  /**
   * Restores it into the empty data folder, database and object storage of the configuration. When it fails, nothing of it
   * is left; a database on a server keeps its empty tables.
   * @param onObject is called for each object
   * @throws ArchiveError, Error with a sentence for the operator; the signal's reason
   */
  run(onObject: () => void): Promise<void>
}

/**
 * Reads and checks an archive before anything is changed.
 * @throws NewerArchiveError, ArchiveError
 */
export async function openRestore(
  config: Config,
  file: string,
  { log, signal }: { log: Logger; signal: AbortSignal },
): Promise<OpenRestore> {
  const { manifest, end } = await checkArchive(file, signal)
  checkMigrations(manifest)
  // An index of other documents would stay in force.
  const usesFolder = (['database', 'blobs', 'search'] as const).some(
    (port) => !isShared(port, config[port].url),
  )
  return {
    manifest,
    end,
    async run(onObject) {
      const draft = usesFolder ? await beginFolder(config.data) : undefined
      try {
        await restoreInto(config, { file, manifest, draft, log, signal, onObject })
      } catch (error) {
        await draft?.remove()
        signal.throwIfAborted()
        throw error
      }
    },
  }
}

/** @throws NewerArchiveError for an archive with migrations that this program does not know */
function checkMigrations({ migrations, program_version: program }: Manifest): void {
  const known = knownMigrations(migrationsFolder())
  if (migrations.length <= known.length && migrations.every((time, place) => time === known[place])) return
  throw new NewerArchiveError(
    `it has schema version ${migrations.length}, of docmgr ${program}, and this program knows up to schema version ` +
      `${known.length}: use the newer program`,
  )
}

interface Restore {
  file: string
  manifest: Manifest
  draft: DraftFolder | undefined
  log: Logger
  signal: AbortSignal
  onObject: () => void
}

async function restoreInto(config: Config, { draft, ...restore }: Restore): Promise<void> {
  const { file, manifest, log, signal, onObject } = restore
  const data = draft?.path ?? resolve(config.data)
  const isEmbedded = !isShared('database', config.database.url)
  const steps: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const step of steps.splice(0).reverse()) await step()
  }
  try {
    const { blobs: module } = composePorts(
      createBase({ ...config, data }, log, { sharesFolder: true, objectTable: false }),
    )
    const graph = await startGraph([module], { stopLimitMs: config.shutdown.limit })
    steps.push(() => graph.stop())
    const blobs = graph.value(module)
    await refuseObjects(blobs)
    const { connection, stop: stopDatabase } = await openNewDatabase(config, data, log)
    steps.push(stopDatabase)
    const client = await connectAlone(connection)
    steps.push(() => client.end())
    await prepareSchema(manifest, connection, client)
    await client.query('begin')
    for (const name of ['statement_timeout', 'idle_in_transaction_session_timeout'])
      await client.query(`set local ${name} = 0`)
    // The archive has the owners of documents; the trigger that adds them looks at this.
    await client.query(`set local docmgr.restoring = 'on'`)
    await checkTables(client, manifest)
    const retry = createRetry(signal)
    const begun = new Date(Date.now() - CLOCK_DIFFERENCE_MS)
    try {
      await load(file, { client, blobs, retry, folder: draft?.path }, onObject)
      // An embedded database is stopped before its folder gets its name.
      if (!isEmbedded) await draft?.publish()
      await client.query('commit')
    } catch (error) {
      await removeObjects(blobs, begun)
      throw error
    }
    await migrateDatabase(connection, migrationsFolder())
  } finally {
    await stop()
  }
  if (isEmbedded) await draft!.publish()
}

/** Brings an empty database to the schema version of the archive. */
async function prepareSchema(
  { migrations }: Manifest,
  connection: Parameters<typeof migrateDatabaseTo>[0],
  client: Parameters<typeof appliedMigrations>[0],
): Promise<void> {
  const applied = await appliedMigrations(client, migrationsFolder())
  if (applied.length === 0) return migrateDatabaseTo(connection, migrationsFolder(), migrations.length)
  if (applied.length === migrations.length) return
  throw new Error(
    `the database has schema version ${applied.length}, and the archive ${migrations.length}: restore into a database ` +
      'that was just created, without `docmgr migrate`; it is migrated afterwards',
  )
}

async function refuseObjects(blobs: Blobs): Promise<void> {
  for (const bucket of BUCKETS) {
    for await (const { key } of blobs.list(bucket))
      throw new Error(`the object storage is not empty (${bucket}/${key}): restore into empty buckets`)
  }
}

/** Removes what was stored since then; the storage was empty before. */
async function removeObjects(blobs: Blobs, since: Date): Promise<void> {
  for (const bucket of BUCKETS) {
    for await (const { key, modified } of blobs.list(bucket)) {
      if (modified >= since) await blobs.delete(bucket, key)
    }
  }
}
