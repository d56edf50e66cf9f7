import type { CompiledPlan, TextClause } from './compile-plan.ts'
import { createFeatures, isDecided, MAX_LOOKED_UP } from './features.ts'
import type { FindMatches, Matches } from './find-matches.ts'
import type { Lookups } from './lookups.ts'
import { allOf, anyOf, passageExpression } from './match-expression.ts'
import { betterForms, inForms, inTitle, phraseOf, prominent } from './rank-expressions.ts'
import type { createWeights } from './weigh-clauses.ts'

/** A document's rowid and score, the best first, then the newest. */
export type Ranked = { rowid: number; score: number }[]

/** Passages that are read for nearness. */
const MAX_PASSAGES = 2_000

/** What a match in the text weighs 1 against. */
const IN_TITLE = 3
const RELATED_IN_TITLE = 2
const PROMINENT = 1
const ONLY_RELATED = -0.4
/** All words in one passage, and all one after the other, per weight of the words. */
const NEAR = 0.5
const ADJACENT = 1
/** A document that needs a guess comes after all others. */
const GUESSED = 1e-4

/** @param weigh by weigh-clauses.ts */
export function createRanking(
  lookups: Lookups,
  { filter }: Pick<FindMatches, 'filter'>,
  weigh: ReturnType<typeof createWeights>,
) {
  const features = createFeatures(lookups, filter)

  /**
   * The newest matches are ranked and, however old, those with the words themselves, in titles, or often: so many of each that
   * the cost has a bound. All others follow, the newest first. So the order is the same for every page.
   */
  return (plan: CompiledPlan, matches: Matches): Ranked => {
    const newest = matches.rowids.slice(0, matches.newest).sort((one, other) => other - one)
    const ranked = rankNewest(plan, newest, matches.isComplete && newest.length === matches.rowids.length)
    const known = new Set(ranked.map(({ rowid }) => rowid))
    const score = ranked.at(-1)?.score ?? 0
    const older = matches.rowids.slice(matches.newest).filter((rowid) => !known.has(rowid))
    return [...ranked, ...older.map((rowid) => ({ rowid, score }))]
  }

  /** @param isAll There are no older ones. */
  function rankNewest(plan: CompiledPlan, matches: readonly number[], isAll: boolean): Ranked {
    const clauses = weigh(plan)
    if (clauses.length === 0 || plan.words === undefined) return matches.map((rowid) => ({ rowid, score: 0 }))
    const base = clauses.reduce((sum, { weight }) => sum + weight, 0)
    const known = new Set(matches)
    /** Features of documents that are known to match. */
    const extra = new Map<number, number>()
    const add = (rowids: Iterable<number>, weight: number): void => {
      for (const rowid of rowids) extra.set(rowid, (extra.get(rowid) ?? 0) + weight)
    }
    const { having, matching, lacking } = features.of(plan, { known, oldest: matches.at(-1), isAll })
    const guessed = new Set<number>()
    for (const { matches, weight, isOptional } of clauses) {
      const exact = inForms(matches, 'exact')!
      add(having(inTitle(matches, 'exact')), IN_TITLE * weight)
      add(having(inTitle(matches, 'related')), RELATED_IN_TITLE * weight)
      add(having(prominent(exact)), PROMINENT * weight)
      if (inForms(matches, 'related') !== undefined) add(lacking(exact), ONLY_RELATED * weight)
      const certain = inForms(matches, 'exact', 'related')!
      if (inForms(matches, 'similar') !== undefined) for (const rowid of lacking(certain)) guessed.add(rowid)
      if (isOptional) add(lacking(certain), -weight)
    }
    if (!isAll) {
      const better = betterForms(plan.textClauses).flatMap(matching)
      for (const rowid of features.withoutMatch(plan, extra, known)) extra.delete(rowid)
      const older = better.filter((rowid) => !known.has(rowid))
      add(isDecided(plan) ? older : filter(plan, older.slice(0, MAX_LOOKED_UP), true), 0)
    }
    const isKnown = (rowid: number): boolean => known.has(rowid) || extra.has(rowid)
    function withPassages(expression: string): Iterable<number> {
      const { rowids, isLast } = lookups.passagesPage(expression, { limit: MAX_PASSAGES })
      // The newest passages can be those of documents that a reader of few may not read.
      const isHidden = !isLast && plan.readers !== undefined && matches.length <= MAX_LOOKED_UP
      return isHidden ? lookups.withPassages(expression, matches) : rowids.filter(isKnown)
    }
    for (const [expression, weight] of nearExpressions(clauses, plan.textClauses))
      add(withPassages(expression), weight * base)
    const scoreOf = (rowid: number): number =>
      (base + (extra.get(rowid) ?? 0)) * (guessed.has(rowid) ? GUESSED : 1)
    return sorted(matches, new Set([...extra.keys(), ...guessed]), scoreOf, base)
  }
}

/** @param special documents whose score may differ from the others' */
function sorted(
  matches: readonly number[],
  special: ReadonlySet<number>,
  scoreOf: (rowid: number) => number,
  plainScore: number,
): Ranked {
  const scored = Array.from(special, (rowid) => ({ rowid, score: scoreOf(rowid) })).sort(
    (one, other) => other.score - one.score || other.rowid - one.rowid,
  )
  const plain = matches.filter((rowid) => !special.has(rowid)).map((rowid) => ({ rowid, score: plainScore }))
  return [
    ...scored.filter(({ score }) => score > plainScore),
    ...merged(
      scored.filter(({ score }) => score === plainScore),
      plain,
    ),
    ...scored.filter(({ score }) => score < plainScore),
  ]
}

/** Expressions on passages with all words, and what each is worth. */
function nearExpressions(clauses: readonly TextClause[], inOrder: readonly TextClause[]): [string, number][] {
  if (clauses.length < 2) return []
  const phrase = phraseOf(inOrder)
  const all = allOf(clauses.map(({ matches }) => anyOf(matches.map((match) => passageExpression(match)))))
  return [[all, NEAR], ...(phrase === undefined ? [] : [[phrase, ADJACENT] as [string, number]])]
}

/** Newest first. */
const merged = (one: Ranked, other: Ranked): Ranked =>
  one.length === 0 ? other : [...one, ...other].sort((a, b) => b.rowid - a.rowid)
