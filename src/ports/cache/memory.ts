/** The `memory:` adapter: documents in this process, views counted in the database. */
import { LRUCache } from 'lru-cache'
import type { Document } from '../../domain/document.ts'
import { DocumentText } from '../../domain/document-text.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { DocumentCache } from './port.ts'
import type { ViewStore } from './view-store.ts'

const LIFETIME_MS = 300_000
/** Longer than any reader takes from its row to its `fill`. */
const SETTLED_MS = 60_000

interface Entry {
  version: number
  /** none: removed with this version */
  text?: DocumentText
  /** when this process changed the row; none where it was only read */
  changedAt?: number
}

const entryOf = (document: Document): Entry => ({
  version: document.version,
  text: DocumentText.of(document),
})

/** @param options.entries documents at the most; 0 caches nothing and only counts views */
export function createMemoryCache(options: {
  entries: number
  clock: Clock
  views: ViewStore
}): DocumentCache {
  const { clock, views } = options
  const now = (): number => clock.now().getTime()
  let fillsFrom = 0

  const cache = new LRUCache<string, Entry>({
    max: Math.max(options.entries, 1),
    ttl: LIFETIME_MS,
    // The clock that was passed in, asked every time.
    perf: { now },
    ttlResolution: 0,
    // A change that is forgotten this soon can no longer tell the version that a slow reader brings to be old.
    dispose: ({ changedAt }, _, reason) => {
      if (reason === 'evict' && changedAt !== undefined)
        fillsFrom = Math.max(fillsFrom, changedAt + SETTLED_MS)
    },
  })

  const keep = (id: string, entry: Entry): void => {
    const present = cache.peek(id)
    if (options.entries > 0 && (!present || present.version < entry.version)) cache.set(id, entry)
  }

  return {
    async read(id, viewer) {
      const text = cache.get(id)?.text
      if (text && viewer !== undefined) views.count(id, viewer)
      return text
    },
    async fill(document, viewer) {
      if (fillsFrom <= now()) keep(document.id, entryOf(document))
      if (viewer !== undefined) views.count(document.id, viewer)
    },
    async update(document) {
      const { id, version } = document
      // Nobody can have read a row before its first version.
      keep(id, { ...entryOf(document), ...(version > 1 && { changedAt: now() }) })
    },
    async remove(id, version) {
      keep(id, { version, changedAt: now() })
    },
    stats: (id) => views.stats(id),
    check: async () => {},
    stop: () => views.stop(),
  }
}
