import type { Database } from '../../db/database.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { DocumentCache } from './port.ts'
import { createViewStore } from './view-store.ts'
import { createViewerHash } from './viewer-hash.ts'

export interface CacheResources {
  database: Database
  /** documents at the most */
  entries: number
  /** keys the hashes of viewers; with another one, everybody counts as a new viewer */
  viewerSecret: string
  clock: Clock
  log: Logger
}

/**
 * Opens the document cache and view counters that the URL names.
 * @throws Error with a sentence for the operator
 */
export async function openCache(url: string, resources: CacheResources): Promise<DocumentCache> {
  const scheme = url.slice(0, url.indexOf(':') + 1)
  const { log } = resources
  const { pool } = resources.database
  const viewerHash = createViewerHash(resources.viewerSecret)
  switch (scheme) {
    case 'memory:': {
      const { createMemoryCache } = await import('./memory.ts')
      const { entries, clock } = resources
      return createMemoryCache({ entries, clock, views: createViewStore({ pool, viewerHash, log }) })
    }
    case 'redis:':
    case 'rediss:': {
      const { openRedisCache } = await import('./redis.ts')
      const views = createViewStore({ pool, viewerHash, log })
      return openRedisCache({ url, pool, views, viewerHash, log })
    }
    default:
      throw new Error(`cache.url: ${scheme || url} is not known; it can be memory:, redis: or rediss:`)
  }
}
