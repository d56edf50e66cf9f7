import type { Database } from '../../db/database.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import { adapterOf } from '../adapters.ts'
import type { DocumentCache } from './port.ts'
import { createViewStore } from './view-store.ts'
import { createViewerHash } from './viewer-hash.ts'

export interface CacheOptions {
  database: Database
  /** maximum number of documents in memory */
  entries: number
  /** key of the hashes of viewers; with another key, every viewer counts again */
  viewerSecret: string
  clock: Clock
  log: Logger
}

/**
 * Opens the document cache and view counters that the URL names.
 * @throws Error with a sentence for the operator
 */
export async function openCache(url: string, options: CacheOptions): Promise<DocumentCache> {
  const { viewerSecret, ...resources } = options
  const viewerHash = createViewerHash(viewerSecret)
  const views = createViewStore({ pool: options.database.pool, viewerHash, log: options.log })
  return adapterOf('cache', url).open(url, { ...resources, viewerHash, views })
}
