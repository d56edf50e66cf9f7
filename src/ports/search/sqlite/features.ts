import type { CompiledPlan } from './compile-plan.ts'
import type { FindMatches } from './find-matches.ts'
import type { Lookups } from './lookups.ts'
import { allOf, anyOf, without } from './match-expression.ts'
import { readersOf } from './weigh-clauses.ts'

/** Of documents with one feature so many of the newest are weighed. */
const MAX_WEIGHED = 2_000
/** Documents that are looked up one by one. */
export const MAX_LOOKED_UP = 50

/** The newest matches, and whether there are no older ones. */
interface Newest {
  /** the newest first */
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

  function of(plan: CompiledPlan, { known, isAll }: Newest) {
    const { conditions } = plan
    const words = without(plan.words, [])
    /** Without reading what has the words and does not fulfil the conditions. */
    const isLookedUp = isAll && conditions.length > 0
    const knownWith = (expression: string): number[] => {
      const having = lookups.withWords(allOf([words, expression]), [...known])
      return [...known].filter((rowid) => having.has(rowid))
    }
    /** Documents with a feature. Of many matches older ones may not match. */
    function having(feature: string | undefined): number[] {
      if (feature === undefined) return []
      if (isLookedUp) return knownWith(feature)
      if (isAll) return matching(feature).filter((rowid) => known.has(rowid))
      return lookups.wordsPage(allOf([...readersOf(plan), feature]), [], { limit: MAX_WEIGHED })
    }
    /** Documents with the words of the plan and others. */
    const matching = (expression: string): number[] =>
      lookups.wordsPage(allOf([words, expression]), conditions, { limit: MAX_WEIGHED })
    /** Of the newest matches those without an expression. FTS5's NOT would read on until one lacks it. */
    function lacking(expression: string): number[] {
      const having = new Set(knownWith(expression))
      return [...known].filter((rowid) => !having.has(rowid))
    }
    const hasAny = (feature: string): boolean =>
      lookups.wordsPage(allOf([...readersOf(plan), feature]), [], { limit: 1 }).length > 0
    /** Looks up several features: mostly no document has any, which one look says. */
    function havingSome(features: readonly (string | undefined)[]): typeof having {
      const given = features.filter((feature) => feature !== undefined)
      return given.length < 2 || hasAny(anyOf(given)) ? having : () => []
    }
    /** The same of expressions that documents lack. */
    const lackingSome = (expressions: readonly string[]): typeof lacking =>
      expressions.length < 2 || lacking(allOf(expressions)).length > 0 ? lacking : () => []
    return { having, havingSome, matching, lackingSome }
  }

  return { of, withoutMatch }
}

/** Words and values decide, and no phrase. */
export const isDecided = ({ phrases, others }: CompiledPlan): boolean =>
  phrases.length === 0 && others.length === 0
