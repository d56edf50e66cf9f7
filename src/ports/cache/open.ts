import type { Database } from '../../db/database.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { DocumentCache } from './port.ts'

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
  switch (scheme) {
    case 'memory:': {
      const [{ createMemoryCache }, { createViewStore }] = await Promise.all([
        import('./memory.ts'),
        import('./view-store.ts'),
      ])
      const { database, entries, viewerSecret, clock, log } = resources
      const views = createViewStore({ pool: database.pool, viewerSecret, log })
      return createMemoryCache({ entries, clock, views })
    }
    default:
      throw new Error(`cache.url: ${scheme || url} is not known; it can be memory:`)
  }
}
