import type { Client } from 'pg'
import type { Config } from '../config/schema.ts'
import { connectAlone, tryBackupLock } from '../db/backup-lock.ts'
import type { Database } from '../db/database.ts'
import { createIdempotencyStore } from '../db/idempotency-store.ts'
import { createRetry } from '../roles/indexer/retry-transient.ts'
import { systemClock } from '../runtime/clock.ts'
import type { Logger } from '../runtime/logger.ts'
import { defineModule } from '../runtime/module.ts'
import { startCommandPorts } from './command-ports.ts'
import { findUnreferenced, type UnreferencedObject } from './verify/find-unreferenced.ts'

export type { UnreferencedObject } from './verify/find-unreferenced.ts'

/** Give up on servers that do not answer for so long. */
const RETRY_TIMEOUT_MS = 60_000
const KEY_SCHEMAS = ['documents', 'signatures'] as const

/** What nothing refers to any more, for one command. */
export interface OpenGc {
  /** The objects that no row names. One is removed before the next is asked for. */
  objects(): AsyncIterable<UnreferencedObject>
  removeObject(object: UnreferencedObject): Promise<void>
  /** Removes the idempotency keys that have expired. */
  removeKeys(): Promise<void>
  stop(): Promise<void>
}

/**
 * @param options.objectsBefore objects that were stored later may still get their row
 * @throws NewerDatabaseError, Error with a sentence for the operator
 */
export async function openGc(
  config: Config,
  options: { log: Logger; signal: AbortSignal; objectsBefore: Date },
): Promise<OpenGc> {
  const { log, signal, objectsBefore: olderThan } = options
  const started = await startCommandPorts(config, log, (_base, { database, blobs }) => {
    const lock = defineModule('backup-lock', { database }, async (needs) => {
      const client = await excludeBackups(needs.database)
      return { value: undefined, stop: () => client.end() }
    })
    return { database, blobs, lock }
  })
  const blobs = started.value(started.roots.blobs)
  const { pool } = started.value(started.roots.database)
  const retry = createRetry(RETRY_TIMEOUT_MS, AbortSignal.any([signal, started.failed]))
  return {
    objects: () => findUnreferenced({ pool, blobs, retry, olderThan }, () => {}),
    removeObject: ({ bucket, key }) => retry.retry(() => blobs.delete(bucket, key)),
    async removeKeys() {
      for (const schema of KEY_SCHEMAS) {
        const store = createIdempotencyStore(schema, systemClock)
        while (await retry.retry(() => store.removeExpired(pool))) signal.throwIfAborted()
      }
    },
    stop: () => started.stop(),
  }
}

/** A backup reads the objects of the rows that it saw at its start, so nothing may be removed meanwhile. */
async function excludeBackups({ direct }: Database): Promise<Client> {
  const client = await connectAlone(direct)
  if (await tryBackupLock(client, 'exclusive')) return client
  await client.end()
  throw new Error('a backup is being made and reads the objects: run `docmgr gc` when it is done')
}
