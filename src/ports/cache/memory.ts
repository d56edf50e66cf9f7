/** The `memory:` adapter: documents in this process, views counted in the database. */
import { LRUCache } from 'lru-cache'
import type { KeptDocument } from '../../domain/document-fields.ts'
import { DocumentText } from '../../domain/document-text.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { DocumentCache } from './port.ts'
import type { ViewStore } from './view-store.ts'

const LIFETIME_MS = 300_000
/** Longer than any reader takes from reading its row to `fill`. */
const SETTLED_MS = 60_000

interface Entry {
  version: number
  /** missing: the document was removed with this version, or its text is pending */
  text?: DocumentText
  isPending?: boolean
  /** when this process changed the row; missing when it was only read */
  changedAt?: number
}

const entryOf = (document: KeptDocument): Entry =>
  document.text.state === 'pending'
    ? { version: document.version, isPending: true }
    : { version: document.version, text: DocumentText.of(document) }

/** @param options.entries maximum number of documents; 0 caches nothing and only counts views */
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
    // The given clock, read every time.
    perf: { now },
    ttlResolution: 0,
    // Without the evicted change, the older row of a slow reader would not be recognised as old.
    dispose: ({ changedAt }, _, reason) => {
      if (reason === 'evict' && changedAt !== undefined)
        fillsFrom = Math.max(fillsFrom, changedAt + SETTLED_MS)
    },
  })

  const keep = (id: string, entry: Entry, replacesSame = false): void => {
    const present = cache.peek(id)
    const isNewer = !present || present.version < entry.version
    const hasText = present?.version === entry.version && (replacesSame || present.isPending === true)
    if (options.entries > 0 && (isNewer || hasText)) cache.set(id, entry)
  }

  const holds = createHolds()

  return {
    async read(id, viewer, reach) {
      if (holds.has(id)) return undefined
      const text = cache.get(id)?.text
      if (text && viewer !== undefined && text.isWithin(reach)) views.count(id, viewer)
      return text
    },
    async fill(document, viewer) {
      if (fillsFrom <= now()) keep(document.id, entryOf(document))
      if (viewer !== undefined) views.count(document.id, viewer)
    },
    hold: async (id) => holds.add(id),
    release: async (id) => holds.end(id),
    async update(document) {
      const { id, version } = document
      if (version > 1) holds.end(id)
      // No reader has an older row than the first version.
      keep(id, { ...entryOf(document), ...(version > 1 && { changedAt: now() }) }, true)
    },
    async remove(id, version) {
      holds.end(id)
      keep(id, { version, changedAt: now() })
    },
    stats: (id) => views.stats(id),
    async inspect(ids) {
      const texts = ids.map((id) => [id, cache.peek(id)?.text] as const)
      return new Map(texts.flatMap(([id, text]) => (text ? [[id, { document: text.kept }]] : [])))
    },
    async forget(id, floor) {
      cache.set(id, { version: floor, changedAt: now() })
    },
    check: async () => {},
    stop: () => views.stop(),
  }
}

/** By document, how many changes are under way. */
function createHolds() {
  const counts = new Map<string, number>()
  return {
    has: (id: string): boolean => counts.has(id),
    add: (id: string): void => void counts.set(id, (counts.get(id) ?? 0) + 1),
    end(id: string): void {
      const count = counts.get(id) ?? 0
      if (count > 1) counts.set(id, count - 1)
      else counts.delete(id)
    },
  }
}
