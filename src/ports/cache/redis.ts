/** The `redis:` adapter: documents and counters in Redis, shared by all processes, and the views in the database too. */
import type { Pool } from 'pg'
import type { Document } from '../../domain/document.ts'
import { DocumentText } from '../../domain/document-text.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { DocumentCache } from './port.ts'
import { createRedisCounters } from './redis-counters.ts'
import { createRedisReads } from './redis-reads.ts'
import { COUNTER_SECONDS, DOCUMENT_SECONDS, FLOOR_SECONDS, keysOf } from './redis-keys.ts'
import { isRefusal, openRedisLink, type Reply } from './redis-link.ts'
import { createRedisRepairs } from './redis-repairs.ts'
import { evaluate, FILL, FORGET, type Script, UPDATE } from './redis-scripts.ts'
import type { ViewStore } from './view-store.ts'
import type { ViewerHash } from './viewer-hash.ts'

export interface RedisCacheOptions {
  url: string
  pool: Pool
  views: ViewStore
  viewerHash: ViewerHash
  log: Logger
}

/** Reads without an answer whose views must not be counted twice in Redis; what is forgotten is a view too many there. */
const MAX_UNSURE = 10_000

/**
 * While Redis is away, reads miss and views are counted in the database. A change that Redis could not be told of is
 * remembered, and repaired before Redis is believed again. What one process cannot tell Redis, others that still
 * reach it may read for as long as a document is cached.
 *
 * @throws Error with a sentence for the operator
 */
export async function openRedisCache(options: RedisCacheOptions): Promise<DocumentCache> {
  const { url, pool, views, viewerHash, log } = options
  const repairs = createRedisRepairs(log)
  const unsure = new Map<string, number>()
  let refusals = 0

  const link = await openRedisLink({
    url,
    log,
    prepare: (send) => repairs.run(send),
    isPrepared: () => repairs.isEmpty(),
    onBack: () => counters.catchUp(),
  })
  // A process before this one may have been unable to tell Redis of changes.
  if (!link.up) repairs.addAll()
  const counters = createRedisCounters({ link, pool, views, log })

  const reads = createRedisReads(link)

  /** Whether Redis refused a command for what is under the keys, which docmgr did not write; it is gone then. */
  const wasRefused = async (id: string, error: unknown): Promise<boolean> => {
    if (!isRefusal(error)) return false
    if (refusals++ === 0)
      log.error({ err: error, document: id }, 'Redis had something else under the keys of docmgr')
    return link.send('UNLINK', ...Object.values(keysOf(id))).then(
      () => true,
      () => false,
    )
  }

  /** A read that failed: its view may have been counted in Redis. */
  const missUnsurely = async (id: string, error: unknown): Promise<undefined> => {
    if (unsure.size >= MAX_UNSURE) unsure.clear()
    unsure.set(id, (unsure.get(id) ?? 0) + 1)
    await wasRefused(id, error)
  }

  /** Whether a view of this document may have been counted in Redis by a read that failed. */
  const takeUnsure = (id: string): boolean => {
    const count = unsure.get(id)
    if (count === undefined) return false
    if (count > 1) unsure.set(id, count - 1)
    else unsure.delete(id)
    return true
  }

  const store = (script: Script, document: Document, viewer = ''): Promise<Reply> => {
    const keys = keysOf(document.id)
    return evaluate(
      link.send,
      script,
      [keys.document, keys.floor, keys.views, keys.unique],
      [String(document.version), JSON.stringify(document), DOCUMENT_SECONDS, COUNTER_SECONDS, viewer],
    )
  }

  /** @param hash of the viewer, '' where it is no view */
  const fill = async (document: Document, hash: string): Promise<void> => {
    if ((await store(FILL, document, hash)) === 1) return
    await counters.rebuild(document.id)
    await store(FILL, document, hash)
  }

  return {
    // Without async functions, of which each adds to the hottest path of all what a look into a table costs.
    read(id, viewer) {
      if (!link.up) return Promise.resolve(undefined)
      if (viewer === undefined) return reads.plain(id).then(textOf, () => undefined)
      return reads.counted(id, viewerHash(id, viewer)).then(
        (json) => {
          const text = textOf(json)
          if (text) views.count(id, viewer)
          return text
        },
        (error: unknown) => missUnsurely(id, error),
      )
    },

    async fill(document, viewer) {
      const { id } = document
      const isUnsure = viewer !== undefined && takeUnsure(id)
      try {
        if (link.up) await fill(document, viewer === undefined || isUnsure ? '' : viewerHash(id, viewer))
        if (viewer !== undefined && (isUnsure || !link.up)) counters.missed(id)
      } catch (error) {
        counters.missed(id)
        await wasRefused(id, error)
      } finally {
        if (viewer !== undefined) views.count(id, viewer)
      }
    },

    async update(document) {
      const { id, version } = document
      if (link.up) {
        try {
          return void (await store(UPDATE, document))
        } catch (error) {
          if (await wasRefused(id, error)) return
        }
      }
      // Nobody can have read a row before its first version.
      if (version > 1) repairs.add(id, version - 1)
    },

    async remove(id, version) {
      if (link.up) {
        const { document, floor } = keysOf(id)
        try {
          return void (await evaluate(link.send, FORGET, [document, floor], [String(version), FLOOR_SECONDS]))
        } catch (error) {
          if (await wasRefused(id, error)) return
        }
      }
      repairs.add(id, version)
    },

    stats: (id) => counters.stats(id),
    check: async () => {},

    async stop() {
      try {
        await views.stop()
      } finally {
        await link.stop()
      }
    },
  }
}

const textOf = (json: string | null): DocumentText | undefined =>
  json === null ? undefined : DocumentText.from(json)
