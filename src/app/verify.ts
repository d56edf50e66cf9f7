import type { Config } from '../config/schema.ts'
import { queryRows } from '../db/query.ts'
import { isShared } from '../ports/adapters.ts'
import { createRetry } from '../roles/indexer/retry-transient.ts'
import type { Logger } from '../runtime/logger.ts'
import { defineModule } from '../runtime/module.ts'
import { startCommandPorts } from './command-ports.ts'
import { fillingRemark } from './fill-index.ts'
import { tombstonesKeptFrom } from './gc/find-old-tombstones.ts'
import { makeIndexer } from './indexer.ts'
import type { Check } from './verify/check.ts'
import { accessChecks } from './verify/check-access.ts'
import { cacheCheck } from './verify/check-cache.ts'
import { contentChecks } from './verify/check-contents.ts'
import { counterCheck } from './verify/check-counters.ts'
import { historyCheck } from './verify/check-history.ts'
import { indexChecks } from './verify/check-index.ts'
import { objectCheck } from './verify/check-objects.ts'
import { signatureChecks } from './verify/check-signatures.ts'
import { keptTextCheck } from './verify/check-kept-texts.ts'
import { textCheck } from './verify/check-texts.ts'
import type { Damage } from './verify/damage.ts'
import { runChecks } from './verify/run-checks.ts'

export { type Damage, type DamageKind, DAMAGES } from './verify/damage.ts'

export interface VerifyOptions {
  log: Logger
  signal: AbortSignal
  /** rebuild readers, index, cache and counters where they differ from the rows */
  repair: boolean
  /** objects that were stored later may still get their row */
  objectsBefore: Date
  /** how long a difference has to last beside other processes before it counts, in milliseconds */
  settleMs: number
}

/** The checks of stored data, open for one command. */
export interface OpenVerify {
  /** why the index may lack documents that are no damage; undefined where it should have all */
  remark: string | undefined
  /** number of rows with objects */
  total(): Promise<number>
  /**
   * Compares rows, histories, objects, access, index, cache and counters. Holds a page of each in memory. Beside other processes, what looks
   * wrong is looked at again before it is reported.
   * @param onProgress gets the number of objects whose rows were checked
   * @throws DomainError unavailable; the signal's reason
   */
  run(onProgress: (part: string, count: number) => void, report: (damage: Damage) => void): Promise<void>
  stop(): Promise<void>
}

/** @throws NewerDatabaseError, Error with a sentence for the operator */
export async function openVerify(config: Config, options: VerifyOptions): Promise<OpenVerify> {
  const { repair, objectsBefore, settleMs } = options
  const hasSharedCache = isShared('cache', config.cache.url)
  const started = await startCommandPorts(config, options.log, (base, ports) => {
    const { database, blobs, searchIndex, cache } = ports
    const indexer = defineModule('indexer', { searchIndex, blobs }, async (needs) => {
      const { consumer, stop } = await makeIndexer(base, needs)
      return { value: consumer, stop }
    })
    return { database, blobs, searchIndex, ...(repair && { indexer }), ...(hasSharedCache && { cache }) }
  })
  const { roots, value, isAlone, failed } = started
  const { pool } = value(roots.database)
  const retry = createRetry(AbortSignal.any([options.signal, failed]))

  return {
    remark: fillingRemark(value(roots.searchIndex)),

    async total() {
      const [row] = await queryRows<{ total: number }>(
        pool,
        `select (select count(*) from documents.documents where s3_key is not null)
              + (select count(*) from signatures.signatures where image_encoding is not null) as total`,
      )
      return Number(row!.total)
    },

    run(onProgress, report) {
      const resources = { pool, retry }
      const blobs = value(roots.blobs)
      const index = value(roots.searchIndex)
      const consumer = roots.indexer && value(roots.indexer)
      const cache = roots.cache && value(roots.cache)
      const deletedBefore = tombstonesKeptFrom(config, new Date())
      const checks: Check[] = [
        ...contentChecks(resources, blobs),
        objectCheck(resources, blobs, objectsBefore),
        ...signatureChecks(resources),
        ...accessChecks(resources, cache),
        historyCheck(resources),
        ...indexChecks({ ...resources, index, blobs, consumer, deletedBefore }),
        textCheck(resources, blobs),
        keptTextCheck(resources, blobs),
        counterCheck(resources, cache),
        ...(cache ? [cacheCheck(resources, cache)] : []),
      ]
      const work = { checks, retry, repair, settleMs: isAlone ? 0 : settleMs, onProgress, report }
      return retry.untilEnded(runChecks(work))
    },

    stop: () => started.stop(),
  }
}
