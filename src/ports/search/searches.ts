import type { Reach } from '../../domain/access.ts'
import { MAX_TOTAL } from '../../domain/total.ts'
import type { Language } from '../../runtime/detect-language.ts'
import type { SearchEngine, SearchWindow } from './engine.ts'
import { type Condition, conditionsOf } from './fields.ts'
import { MAX_WINDOW } from './limits.ts'
import type { SearchFilters, Searches } from './port.ts'
import { planQuery } from './query/plan-query.ts'
import type { QueryPlan } from './query/query-plan.ts'
import { requireQuery } from './query/require-query.ts'
import { spellableWords, withSimilarWords } from './query/similar-words.ts'
import { suggest } from './query/suggest.ts'

/**
 * While a query has at most as many exact matches, misspellings are tolerated too; that is the largest page. Beyond them
 * nobody reads on, and totals stay exact.
 */
const MAX_MATCHES_FOR_SIMILAR = 100

/** The searches of an engine within the documents of a reach. */
export function createSearches(engine: SearchEngine, reach: Reach): Searches {
  const readers: Condition[] = []
  if (reach !== 'all') {
    const [first, ...others] = reach
    if (first === undefined) return NOTHING
    readers.push({ field: 'readers', operator: 'equal', values: [first, ...others] })
  }
  const allConditions = (filters: SearchFilters = {}): Condition[] => [...readers, ...conditionsOf(filters)]

  async function planOf(q: string): Promise<{ plan: QueryPlan; languages: readonly Language[] }> {
    const tree = requireQuery(q)
    const languages = await engine.languages()
    return { plan: await planQuery(tree, languages), languages }
  }

  /** Undefined where no other documents could match. */
  async function forgivingPlan(plan: QueryPlan, matches: number): Promise<QueryPlan | undefined> {
    const words = matches > MAX_MATCHES_FOR_SIMILAR ? [] : spellableWords(plan)
    return words.length === 0 ? undefined : withSimilarWords(plan, await engine.similarWords(words, readers))
  }

  async function find(plan: QueryPlan, conditions: readonly Condition[], window: SearchWindow) {
    const exact = await engine.search(plan, conditions, window)
    const forgiving = await forgivingPlan(plan, exact.matches)
    if (forgiving === undefined) return { plan, ...exact }
    return { plan: forgiving, ...(await engine.search(forgiving, conditions, window)) }
  }

  return {
    async search({ q, filters, from, size }) {
      const first = Math.min(from, MAX_WINDOW)
      const count = Math.min(size, MAX_WINDOW - first)
      const { plan, languages } = await planOf(q)
      if (plan.length === 0) return { total: 0, total_is_exact: true, documents: [] }
      const found = await find(plan, allConditions(filters), { from: first, size: count, languages })
      const total = found.isComplete ? found.matches : found.matches - 1
      return {
        total: Math.min(total, MAX_TOTAL),
        total_is_exact: found.isComplete && total <= MAX_TOTAL,
        documents: found.hits,
      }
    },

    suggest: (prefix, size, filters) => suggest(engine, prefix, size, allConditions(filters)),

    async aggregate(facet, q, filters) {
      const conditions = allConditions(filters)
      if (q === undefined) return engine.countValues(facet, undefined, conditions)
      const { plan, languages } = await planOf(q)
      if (plan.length === 0) return []
      const found = await find(plan, conditions, { from: 0, size: 0, languages })
      return found.matches === 0 ? [] : engine.countValues(facet, found.plan, conditions)
    },
  }
}

/** Of someone who may read nothing. */
const NOTHING: Searches = {
  search: () => Promise.resolve({ total: 0, total_is_exact: true, documents: [] }),
  suggest: () => Promise.resolve([]),
  aggregate: () => Promise.resolve([]),
}
