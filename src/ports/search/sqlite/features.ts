import type { CompiledPlan } from './compile-plan.ts'
import type { FindMatches } from './find-matches.ts'
import type { Lookups } from './lookups.ts'
import { allOf, anyOf, without } from './match-expression.ts'
import { readersOf } from './weigh-clauses.ts'

/** Of documents with one feature so many of the newest are weighed. */
const MAX_WEIGHED = 2_000
/** Documents that are looked up one by one. */
export const MAX_LOOKED_UP = 50

/** The newest matches, the newest first, and whether there are no older ones. */
interface Newest {
  newest: readonly number[]
  known: ReadonlySet<number>
  isAll: boolean
}

/** Looks up which documents have what matches are ranked by. */
export function createFeatures(lookups: Lookups, filter: FindMatches['filter']) {
  /**
   * Older documents with features that do not match. Looking them up has a bound: of those with the most features, and of
   * others none is taken for a match.
   */
  function withoutMatch(plan: CompiledPlan, extra: ReadonlyMap<number, number>, known: ReadonlySet<number>) {
    const older = [...extra].filter(([rowid]) => !known.has(rowid))
    if (plan.isOneClause && isDecided(plan) && plan.conditions.length === 0) return []
    const best = older.sort(([one, few], [other, many]) => many - few || other - one).slice(0, MAX_LOOKED_UP)
    const rowids = best.map(([rowid]) => rowid).sort((one, other) => other - one)
    const matching = new Set(filter(plan, rowids, false))
    return older.map(([rowid]) => rowid).filter((rowid) => !matching.has(rowid))
  }

  function of(plan: CompiledPlan, { newest, known, isAll }: Newest) {
    const { conditions } = plan
    const words = without(plan.words, [])
    /** Without reading what has the words and does not fulfil the conditions. */
    const isLookedUp = isAll && conditions.length > 0
    const knownWith = (expression: string): number[] => {
      const having = lookups.withWords(allOf([words, expression]), newest)
      return newest.filter((rowid) => having.has(rowid))
    }
    /** Documents with a feature. Of many matches older ones may not match. */
    function having(feature: string | undefined): number[] {
      if (feature === undefined) return []
      if (isLookedUp) return knownWith(feature)
      if (isAll) return matching(feature).filter((rowid) => known.has(rowid))
      return lookups.wordsPage(allOf([...readersOf(plan), feature]), [], { limit: MAX_WEIGHED })
    }
    const lists = new Map<string, number[]>()
    /** Documents with the words of the plan and others, the newest first. */
    function matching(expression: string, required = [words]): number[] {
      const list =
        lists.get(expression) ??
        lookups.wordsPage(allOf([...required, expression]), conditions, { limit: MAX_WEIGHED })
      lists.set(expression, list)
      return list
    }
    /** The same of expressions by betterForms(): who has the better forms of all words has the words. */
    const better = (expression: string): number[] =>
      matching(expression, plan.isOfTexts ? readersOf(plan) : [words])
    /** Of the newest matches those without an expression. FTS5's NOT would read on until one lacks it. */
    function lacking(expression: string): number[] {
      const having = lists.get(expression)
      const reachesAll =
        having !== undefined && (having.length < MAX_WEIGHED || having.at(-1)! <= newest.at(-1)!)
      return except(newest, reachesAll ? having : knownWith(expression))
    }
    const hasAny = (feature: string): boolean =>
      lookups.wordsPage(allOf([...readersOf(plan), feature]), [], { limit: 1 }).length > 0
    /** Looks up several features: mostly no document has any, which one look says. */
    function havingSome(features: readonly (string | undefined)[]): typeof having {
      const given = features.filter((feature) => feature !== undefined)
      return given.length < 2 || hasAny(anyOf(given)) ? having : () => []
    }
    /**
     * The same of expressions that documents lack.
     * @param all whose documents have them all, where older ones are looked for, too
     */
    function lackingSome(expressions: readonly string[], all: string | undefined): typeof lacking {
      if (all !== undefined && !isLookedUp && (!isAll || isDecided(plan))) better(all)
      const isOne = expressions.length < 2 && all === undefined
      return isOne || lacking(all ?? allOf(expressions)).length > 0 ? lacking : () => []
    }
    return { having, havingSome, better, lackingSome }
  }

  return { of, withoutMatch }
}

/** Words and values decide, and no phrase. */
export const isDecided = ({ phrases, others }: CompiledPlan): boolean =>
  phrases.length === 0 && others.length === 0

/** Rowids that are not among the others; both have the newest first. */
function except(rowids: readonly number[], others: readonly number[]): number[] {
  let place = 0
  return rowids.filter((rowid) => {
    while (place < others.length && others[place]! > rowid) place++
    return others[place] !== rowid
  })
}
