import type { SearchEngine } from './engine.ts'
import type { SearchIndex } from './port.ts'
import { isWhole, newestVersions, prepareDocument } from './prepare-documents.ts'
import { createSearches } from './searches.ts'

/** The port's index on an engine that keeps passages: all that is the same for every search server. */
export function createSearchIndex(engine: SearchEngine): SearchIndex {
  return {
    index(documents) {
      const prepared = newestVersions(documents).map(prepareDocument)
      return engine.index(
        prepared.filter(isWhole),
        prepared.filter((document) => !isWhole(document)),
      )
    },

    versions: (ids) => engine.versions(ids),
    stored: (ids) => engine.stored(ids),
    forget: async (documents) => {
      if (documents.length > 0) await engine.forget(documents)
    },
    list: (after, limit, only) => engine.list(after, limit, only),
    totals: () => engine.totals(),

    within: (reach) => createSearches(engine, reach),

    check: () => engine.check(),

    stop: () => engine.stop(),
  }
}
