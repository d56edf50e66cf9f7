import type { SearchDriver } from './driver.ts'
import { conditionsOf } from './fields.ts'
import { invalidField } from '../../domain/errors.ts'
import { MAX_QUERY_WORDS } from '../../domain/query-syntax.ts'
import { MAX_TOTAL } from '../../domain/total.ts'
import { MAX_WINDOW } from './limits.ts'
import type { SearchIndex } from './port.ts'
import { isWhole, newestVersions, truncateToLimits } from './prepare-documents.ts'
import { createHighlighter } from './query/hit-highlights.ts'
import { parseQuery } from './query/parse-query.ts'
import { suggestionsOf, wordsOfPrefix } from './query/suggestions.ts'
import { positiveTerms, type TermClause, termsOf } from './query/terms.ts'

/** The port's index on a driver; passage-index.ts makes it of an engine that keeps passages. */
export function createSearchIndex(driver: SearchDriver): SearchIndex {
  const highlight = createHighlighter(driver.stemsOf, driver.contents)

  /** Asks with increasing fuzziness until there is an answer, and with the same terms only once. */
  async function tryTerms<T>(q: string, ask: (clauses: TermClause[]) => Promise<T | undefined>) {
    const { tree, words } = parseQuery(q)
    if (words > MAX_QUERY_WORDS)
      throw invalidField('query.q', `must have at most ${MAX_QUERY_WORDS} words, not ${words}`)
    const tried = new Set<string>()
    for (const fuzziness of driver.fuzziness) {
      const clauses = await termsOf(tree, fuzziness, driver)
      const key = JSON.stringify(clauses)
      if (clauses.length === 0 || tried.has(key)) continue
      tried.add(key)
      const answer = await ask(clauses)
      if (answer !== undefined) return answer
    }
    return undefined
  }

  return {
    index(documents) {
      const prepared = newestVersions(documents).map(truncateToLimits)
      return driver.index(
        prepared.filter(isWhole),
        prepared.filter((document) => !isWhole(document)),
      )
    },

    versions: (ids) => driver.versions(ids),
    stored: (ids) => driver.stored(ids),
    forget: async (documents) => {
      if (documents.length > 0) await driver.forget(documents)
    },
    list: (after, limit, only) => driver.list(after, limit, only),

    async search({ q, filters, from, size }) {
      const first = Math.min(from, MAX_WINDOW)
      const count = Math.min(size, MAX_WINDOW - first)
      const found = await tryTerms(q, async (clauses) => {
        const { matches, rows } = await driver.search(clauses, conditionsOf(filters), first, count)
        if (matches === 0) return undefined
        const documents = await highlight(rows, positiveTerms(clauses))
        return { total: Math.min(matches, MAX_TOTAL), total_is_exact: matches <= MAX_TOTAL, documents }
      })
      return found ?? { total: 0, total_is_exact: true, documents: [] }
    },

    async suggest(prefix, size) {
      const words = wordsOfPrefix(prefix)
      return words.length === 0 ? [] : suggestionsOf(words, await driver.titles(words), size)
    },

    async aggregate(facet, q, filters = {}) {
      const conditions = conditionsOf(filters)
      if (q === undefined) return driver.countValues(facet, undefined, conditions)
      const found = await tryTerms(q, async (clauses) => {
        const values = await driver.countValues(facet, clauses, conditions)
        return values.length === 0 ? undefined : values
      })
      return found ?? []
    },

    check: () => driver.check(),

    stop: () => driver.stop(),
  }
}
