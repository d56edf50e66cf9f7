/** The `redis:` adapter: documents and counters in Redis, shared by all processes; the views in the database too. */
import type { Pool } from 'pg'
import { DocumentText } from '../../domain/document-text.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { DocumentCache } from './port.ts'
import { openRedisConnection } from './redis-connection.ts'
import { createRedisCounters } from './redis-counters.ts'
import { createRedisDocuments } from './redis-documents.ts'
import { createRedisInspection } from './redis-inspection.ts'
import { createRedisInvalidations } from './redis-invalidations.ts'
import { createRedisReads } from './redis-reads.ts'
import { createUncertainViews } from './uncertain-views.ts'
import type { ViewStore } from './view-store.ts'
import type { ViewerHash } from './viewer-hash.ts'

export interface RedisCacheOptions {
  url: string
  pool: Pool
  views: ViewStore
  viewerHash: ViewerHash
  log: Logger
}

/**
 * While Redis is unavailable, reads miss and views are counted in the database. A change that could not be written to
 * Redis is remembered, and its key invalidated before Redis is used again. Other processes that still reach Redis may
 * read the old version for as long as a document is cached.
 *
 * @throws Error with a sentence for the operator
 */
export async function openRedisCache(options: RedisCacheOptions): Promise<DocumentCache> {
  const { url, pool, views, viewerHash, log } = options
  const invalidations = createRedisInvalidations(log)
  const connection = await openRedisConnection({
    url,
    log,
    meanwhile: 'documents are read from the database',
    prepare: (send) => invalidations.run(send),
    isPrepared: () => invalidations.isEmpty(),
    onReconnected: () => counters.catchUp(),
  })
  // An earlier process may have been unable to write changes to Redis.
  if (!connection.isUp) invalidations.addAll()
  const counters = createRedisCounters({ connection, pool, views, log })
  const { fill: store, removeForeignKeys, ...changes } = createRedisDocuments(connection, invalidations, log)
  const reads = createRedisReads(connection)
  const uncertain = createUncertainViews()

  return {
    // Without async functions: each adds as much to a cached read as a look-up in a table.
    read(id, viewer, reach) {
      if (!connection.isUp) return Promise.resolve(undefined)
      if (viewer === undefined) return reads.plain(id).then(textOf, () => undefined)
      return reads.counted(id, viewerHash(id, viewer), reach).then(
        (json) => {
          const text = textOf(json)
          if (text?.isWithin(reach)) views.count(id, viewer)
          return text
        },
        async (error: unknown) => {
          uncertain.add(id)
          await removeForeignKeys(id, error)
          return undefined
        },
      )
    },

    async fill(document, viewer) {
      const { id } = document
      const isUncertain = viewer !== undefined && uncertain.take(id)
      const hash = viewer === undefined || isUncertain ? '' : viewerHash(id, viewer)
      try {
        if (connection.isUp && !(await store(document, hash))) {
          await counters.rebuild(id)
          await store(document, hash)
        }
        if (viewer !== undefined && (isUncertain || !connection.isUp)) counters.missed(id)
      } catch (error) {
        counters.missed(id)
        await removeForeignKeys(id, error)
      } finally {
        if (viewer !== undefined) views.count(id, viewer)
      }
    },

    ...changes,
    stats: (id) => counters.stats(id),
    ...createRedisInspection(connection),
    check: async () => {},

    async stop() {
      try {
        await views.stop()
      } finally {
        await connection.stop()
      }
    },
  }
}

const textOf = (json: string | null): DocumentText | undefined =>
  json === null ? undefined : DocumentText.from(json)
