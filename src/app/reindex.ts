import type { Config } from '../config/schema.ts'
import { isShared } from '../ports/adapters.ts'
import { countDocuments, currentDocuments } from '../roles/indexer/current-documents.ts'
import { createReindex, type Reindex } from '../roles/indexer/reindex.ts'
import type { Logger } from '../runtime/logger.ts'
import { defineModule, startGraph } from '../runtime/module.ts'
import { createBase } from './base.ts'
import { makeIndexer } from './indexer.ts'
import { tombstonesKeptFrom } from './gc/find-old-tombstones.ts'
import { composePorts } from './ports.ts'

export type { Failure } from '../roles/indexer/index-each.ts'

/** A change needs much less than a second until it is indexed. */
const GRACE_MS = 5_000
/** Only a server that does not answer takes longer. */
const STOP_LIMIT_MS = 1_500

export interface OpenReindexOptions {
  log: Logger
  /** ends the work; a later run continues it */
  signal: AbortSignal
  /** only `compare` is used: the indexer is not started */
  check: boolean
  timeoutMs?: number
}

/** The use case and its ports, open for one command. */
export interface OpenReindex extends Reindex {
  /** number of documents; undefined where counting takes too long */
  total(): Promise<number | undefined>
  stop(): Promise<void>
}

/**
 * Composes `docmgr reindex`: the ports that the configuration names, and the indexer.
 * @throws FolderInUseError, Error with a sentence for the operator
 */
export async function openReindex(config: Config, options: OpenReindexOptions): Promise<OpenReindex> {
  const { log, check, timeoutMs } = options
  const base = createBase(config, log)
  const { database, blobs, searchIndex } = composePorts(base)
  const indexer = defineModule('indexer', { searchIndex, blobs }, async (needs) => {
    const { consumer, stop } = await makeIndexer(base, needs)
    return { value: consumer, stop }
  })
  // The data folder of an embedded database belongs to this process, so no other indexer runs.
  const isAlone = !isShared('database', config.database.url)
  const graph = await startGraph(check ? [database, searchIndex] : [database, indexer], {
    stopLimitMs: isAlone ? config.shutdown.limit : STOP_LIMIT_MS,
  })
  const failed = new AbortController()
  graph.failed.catch((error: unknown) => failed.abort(error))
  const { pool } = graph.value(database)
  const reindex = createReindex({
    readPage: (after, limit) => currentDocuments(pool, after, limit),
    index: graph.value(searchIndex),
    consumer: check ? undefined : graph.value(indexer),
    deletedBefore: tombstonesKeptFrom(config, new Date()),
    graceMs: isAlone ? 0 : GRACE_MS,
    signal: AbortSignal.any([options.signal, failed.signal]),
    timeoutMs,
  })
  return {
    ...reindex,
    async run(onProgress, onFailure) {
      const result = await reindex.run(onProgress, onFailure)
      await graph.value(searchIndex).filling?.done()
      return result
    },
    total: () => countDocuments(pool).catch(() => undefined),
    stop: () => graph.stop(),
  }
}
