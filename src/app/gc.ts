import type { Client } from 'pg'
import type { Config } from '../config/schema.ts'
import { connectAlone, tryBackupLock } from '../db/backup-lock.ts'
import type { Database } from '../db/database.ts'
import type { IndexedDocument } from '../ports/search/port.ts'
import { createRetry, type Retry } from '../roles/indexer/retry-transient.ts'
import type { Logger } from '../runtime/logger.ts'
import { defineModule } from '../runtime/module.ts'
import { poll } from '../runtime/poll.ts'
import { TimeoutError } from '../runtime/within.ts'
import { startCommandPorts } from './command-ports.ts'
import { createExpired, type Expired } from './gc/expired.ts'
import { type FeedBacklog, openFeedBacklog } from './gc/feed-backlog.ts'
import { findOldTombstones, tombstonesKeptFrom } from './gc/find-old-tombstones.ts'
import { findUnreferenced, type UnreferencedObject } from './verify/find-unreferenced.ts'

export { type Expiring, EXPIRING } from './gc/expired.ts'
export type { UnreferencedObject } from './verify/find-unreferenced.ts'

/** Kafka Connect can wait a minute before it stores how far the connector is, and only then the slot advances. */
const FEED_TIMEOUT_MS = 120_000

/** What nothing refers to any more, for one command. */
export interface OpenGc {
  /** The objects that no row names. One is removed before the next is asked for. */
  objects(): AsyncIterable<UnreferencedObject>
  removeObject(object: UnreferencedObject): Promise<void>
  expired: Expired
  /** Tombstones in the index of documents that were deleted long ago. A batch is removed before the next is asked for. */
  tombstones(): AsyncIterable<IndexedDocument[]>
  /**
   * Removes tombstones once no older event of their documents can be delivered any more.
   * @param onWait called with what is waited for, and at most how long
   * @returns why they have to stay; undefined when they are removed
   */
  removeTombstones(
    tombstones: IndexedDocument[],
    onWait: (message: string) => void,
  ): Promise<string | undefined>
  stop(): Promise<void>
}

/**
 * The rows of deleted documents stay: they say that the document is deleted whenever a tombstone is written again, and
 * they name its object. Tombstones in the cache expire by themselves.
 * @param options.objectsBefore objects that were stored later may still get their row
 * @throws NewerDatabaseError, Error with a sentence for the operator
 */
export async function openGc(
  config: Config,
  options: { log: Logger; signal: AbortSignal; objectsBefore: Date },
): Promise<OpenGc> {
  const { log, signal, objectsBefore: olderThan } = options
  const started = await startCommandPorts(config, log, (_base, { database, blobs, searchIndex }) => {
    const lock = defineModule('backup-lock', { database }, async (needs) => {
      const client = await excludeBackups(needs.database)
      return { value: undefined, stop: () => client.end() }
    })
    const feed = defineModule('feed-backlog', { database }, async (needs) => {
      const value = await openFeedBacklog(config, { pool: needs.database.pool, log })
      return { value, stop: () => value.stop() }
    })
    return { database, blobs, searchIndex, lock, feed }
  })
  const { roots, value, isAlone } = started
  const blobs = value(roots.blobs)
  const index = value(roots.searchIndex)
  const { pool } = value(roots.database)
  const retry = createRetry(AbortSignal.any([signal, started.failed]))
  return {
    objects: () => findUnreferenced({ pool, blobs, retry, olderThan }, () => {}),
    removeObject: ({ bucket, key }) => retry.retry(() => blobs.delete(bucket, key)),
    expired: createExpired({ pool, retry }),
    tombstones: () => findOldTombstones({ pool, index, retry }, tombstonesKeptFrom(config, olderThan)),
    async removeTombstones(tombstones, onWait) {
      if (tombstones.length === 0) return undefined
      // Before each batch: the group may begin again from an earlier place meanwhile. Alone, nobody reads the feed.
      const left = await waitForFeed(value(roots.feed), retry, isAlone ? 0 : FEED_TIMEOUT_MS, onWait)
      if (left === undefined) await retry.retry(() => index.forget(tombstones))
      return left
    },
    stop: () => started.stop(),
  }
}

/** @returns what is still not done after this time, in words */
async function waitForFeed(
  feed: FeedBacklog,
  retry: Retry,
  timeoutMs: number,
  onWait: (message: string) => void,
): Promise<string | undefined> {
  let left: string | undefined
  let hasReported = timeoutMs === 0
  const isDone = async (): Promise<boolean> => {
    left = await retry.retry(() => feed.left())
    if (left !== undefined && !hasReported) {
      hasReported = true
      onWait(`waiting for the change feed, at most ${timeoutMs / 1_000} s: ${left}`)
    }
    return left === undefined
  }
  await poll({ timeoutMs, signal: retry.signal }, 'the change feed', isDone).catch((error: unknown) => {
    if (!(error instanceof TimeoutError)) throw error
  })
  return left
}

/** A backup reads the objects of the rows that it saw at its start, so nothing may be removed meanwhile. */
async function excludeBackups({ direct }: Database): Promise<Client> {
  const client = await connectAlone(direct)
  if (await tryBackupLock(client, 'exclusive')) return client
  await client.end()
  throw new Error('a backup is being made and reads the objects: run `docmgr gc` when it is done')
}
