import type { Pool } from 'pg'
import type { Config } from '../config/schema.ts'
import type { Consumer } from '../ports/changes/port.ts'
import type { SearchIndex } from '../ports/search/port.ts'
import { currentDocuments } from '../roles/indexer/current-documents.ts'
import { createReindex } from '../roles/indexer/reindex.ts'
import { pause } from '../runtime/backoff.ts'
import type { Logger } from '../runtime/logger.ts'
import { tombstonesKeptFrom } from './gc/find-old-tombstones.ts'

/** Milliseconds until the next attempt, when the database or the index did not answer. */
const RETRY_MS = 10_000

interface FillIndexOptions {
  config: Config
  index: SearchIndex
  pool: Pool
  consumer: Consumer
  log: Logger
}

/**
 * Indexes all documents in the background, where the index lacks them: after its file was lost, or before it existed. It
 * begins again after a restart, and skips what the index has.
 * @returns ends the work
 */
export function fillIndex({ config, index, pool, consumer, log }: FillIndexOptions): () => Promise<void> {
  const { filling } = index
  if (filling === undefined) return async () => {}
  const stopping = new AbortController()
  const { signal } = stopping

  async function fill(): Promise<void> {
    filling!.documents = 0
    const reindex = createReindex({
      readPage: (after, limit) => currentDocuments(pool, after, limit),
      index,
      consumer,
      deletedBefore: tombstonesKeptFrom(config, new Date()),
      graceMs: 0,
      signal,
    })
    const { indexed, failed } = await reindex.run(
      (documents) => {
        if (filling!.documents === 0) log.warn(`${fillingRemark(index)}; they are indexed in the background`)
        filling!.documents += documents
      },
      ({ id, reason }) => log.error({ document: id, reason }, 'a document could not be indexed'),
    )
    await filling!.done()
    if (indexed + failed > 0) log.warn({ indexed, failed }, 'the search index is complete')
  }

  async function fillAtLast(): Promise<void> {
    while (!signal.aborted) {
      try {
        return await fill()
      } catch (error) {
        if (signal.aborted) return
        log.error({ err: error }, 'the search index cannot be filled now')
        await pause(RETRY_MS, signal)
      }
    }
  }

  const filled = fillAtLast()
  return async () => {
    stopping.abort()
    await filled
  }
}

/** What an operator should know of an index that does not have all documents yet. */
export const fillingRemark = ({ filling }: SearchIndex): string | undefined =>
  filling &&
  `the search index ${filling.reason}: searches do not find all documents yet (${filling.documents} done)`
