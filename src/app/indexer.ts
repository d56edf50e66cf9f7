import type { Config } from '../config/schema.ts'
import { adapterOf } from '../ports/adapters.ts'
import type { Blobs } from '../ports/blobs/port.ts'
import type { Consumer } from '../ports/changes/port.ts'
import type { SearchIndex } from '../ports/search/port.ts'
import type { Base } from './base.ts'

export const extractionLimits = ({ extractionTime, extractionMemory }: Config['limits']) => ({
  timeoutMs: extractionTime,
  maxMemoryMb: extractionMemory,
})

/** The indexer and its ports, with the process that it extracts texts in. Their code is loaded only here. */
export async function makeIndexer(
  { config: { limits, search }, metrics, logOf }: Base,
  ports: { searchIndex: SearchIndex; blobs: Blobs },
): Promise<{ consumer: Consumer; stop: () => Promise<void> }> {
  const [{ createIndexer }, { createExtractor }] = await Promise.all([
    import('../roles/indexer/role.ts'),
    import('../extraction/extractor.ts'),
  ])
  const extractor = createExtractor({
    log: logOf('extraction'),
    limits: extractionLimits(limits),
  })
  const consumer = createIndexer({
    index: ports.searchIndex,
    blobs: ports.blobs,
    extractor,
    metrics,
    log: logOf('indexer'),
    ...adapterOf('search', search.url).batching,
  })
  return { consumer, stop: () => extractor.stop() }
}
