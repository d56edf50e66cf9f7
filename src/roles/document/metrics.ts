import type { Metrics } from '../../runtime/metrics.ts'

/** How many reads found their document in the cache. Plain numbers, because a counter costs more than the rest of a hit. */
export interface CacheReads {
  hit: number
  miss: number
}

export function countCacheReads(metrics: Metrics): CacheReads {
  const counts: CacheReads = { hit: 0, miss: 0 }
  metrics.total(
    'docmgr_cache_reads_total',
    'Reads of documents, by whether the cache had them',
    'outcome',
    () => counts,
  )
  return counts
}
