import type { createHeld } from './elasticsearch-held.ts'
import type { Refresher } from './elasticsearch-refresh.ts'
import type { Refusal } from './elasticsearch-bulk.ts'
import type { Writer } from './elasticsearch-write.ts'
import type { SearchDocument, SearchIndex } from './port.ts'
import { isWhole, newestOf } from './whole-document.ts'

export interface IndexOptions {
  held: Pick<ReturnType<typeof createHeld>, 'complete'>
  writer: Writer
  refresher: Pick<Refresher, 'written'>
}

/**
 * The port's `index`. Elasticsearch cannot change a part of a document under an external version, so a document
 * without its text is completed with what the index holds of it: should that have become newer by then, the external
 * version refuses what was made of it.
 */
export function createIndex({ held, writer, refresher }: IndexOptions): SearchIndex['index'] {
  return async (documents) => {
    const newest = newestOf(documents)
    const { needContent, refusals } = await refresher.written(newest.length, (refresh) =>
      write(newest, refresh),
    )
    if (refusals.length > 0) throw new Error(sentenceOf(refusals))
    return { needContent }
  }

  async function write(documents: SearchDocument[], refresh: boolean) {
    const whole = documents.filter(isWhole)
    const others = documents.filter((document) => !isWhole(document))
    const [{ needContent, refusals }, refused] = await Promise.all([
      completed(others, refresh),
      writer.write(whole, refresh),
    ])
    return { needContent, refusals: [...refusals, ...refused] }
  }

  async function completed(documents: SearchDocument[], refresh: boolean) {
    const refusals: Refusal[] = []
    if (documents.length === 0) return { needContent: [], refusals }
    const { needContent, batches } = await held.complete(documents)
    for await (const batch of batches) refusals.push(...(await writer.write(batch, refresh)))
    return { needContent, refusals }
  }
}

function sentenceOf(refusals: Refusal[]): string {
  const [{ id, reason }] = refusals as [Refusal]
  const others = refusals.length === 1 ? '' : ` (and ${refusals.length - 1} others)`
  return `Elasticsearch refuses document ${id}${others}: ${reason}`
}
