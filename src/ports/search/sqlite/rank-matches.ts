import type { CompiledPlan } from './compile-plan.ts'
import { createFeatures, isDecided, MAX_LOOKED_UP } from './features.ts'
import type { FindMatches, Matches } from './find-matches.ts'
import type { Lookups } from './lookups.ts'
import { createNearness } from './near-words.ts'
import { betterForms, formsOf } from './rank-expressions.ts'
import type { createWeights } from './weigh-clauses.ts'

/** A document's rowid and score, the best first, then the newest. */
export type Ranked = { rowid: number; score: number }[]

/** What a match in the text weighs 1 against. */
const IN_TITLE = 3
const RELATED_IN_TITLE = 2
const PROMINENT = 1
const ONLY_RELATED = -0.4
/** A document that needs a guess comes after all others. */
const GUESSED = 1e-4

/** @param weigh by weigh-clauses.ts */
export function createRanking(
  lookups: Lookups,
  { filter }: Pick<FindMatches, 'filter'>,
  weigh: ReturnType<typeof createWeights>,
) {
  const features = createFeatures(lookups, filter)
  const near = createNearness(lookups)

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
    if (clauses.length === 0) return matches.map((rowid) => ({ rowid, score: 0 }))
    const base = clauses.reduce((sum, { weight }) => sum + weight, 0)
    const known = new Set(matches)
    /** Features of documents that are known to match. */
    const extra = new Map<number, number>()
    const add = (rowids: Iterable<number>, weight: number): void => {
      for (const rowid of rowids) extra.set(rowid, (extra.get(rowid) ?? 0) + weight)
    }
    const { having, havingSome, matching, lackingSome } = features.of(plan, { known, isAll })
    const guessed = new Set<number>()
    const forms = clauses.map(formsOf)
    const alternatives = clauses.flatMap((clause) => clause.alternatives)
    const inTitles = havingSome(alternatives.flatMap(({ title, relatedTitle }) => [title, relatedTitle]))
    const prominently = havingSome(alternatives.map(({ prominent }) => prominent))
    const lackingExact = lackingSome(forms.flatMap(({ exact, hasRelated }) => (hasRelated ? [exact] : [])))
    const lackingCertain = lackingSome(
      forms.flatMap(({ certain, hasSimilar }, place) =>
        hasSimilar || clauses[place]!.isOptional ? [certain] : [],
      ),
    )
    for (const { weight, title, relatedTitle, prominent, more } of alternatives) {
      add(inTitles(title), IN_TITLE * weight)
      add(inTitles(relatedTitle), RELATED_IN_TITLE * weight)
      add(prominently(prominent), PROMINENT * weight)
      for (const one of more) add(having(one.expression), one.weight)
    }
    for (const [place, { weight, isOptional }] of clauses.entries()) {
      const { exact, certain, hasRelated, hasSimilar } = forms[place]!
      if (hasRelated) add(lackingExact(exact), ONLY_RELATED * weight)
      if (hasSimilar) for (const rowid of lackingCertain(certain)) guessed.add(rowid)
      if (isOptional) add(lackingCertain(certain), -weight)
    }
    if (!isAll) {
      const better = betterForms(plan.textClauses).flatMap(matching)
      for (const rowid of features.withoutMatch(plan, extra, known)) extra.delete(rowid)
      const older = better.filter((rowid) => !known.has(rowid))
      add(isDecided(plan) ? older : filter(plan, older.slice(0, MAX_LOOKED_UP), true), 0)
    }
    const isKnown = (rowid: number): boolean => known.has(rowid) || extra.has(rowid)
    for (const [rowids, weight] of near(plan, clauses, matches)) add(rowids.filter(isKnown), weight * base)
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

/** Newest first. */
const merged = (one: Ranked, other: Ranked): Ranked =>
  one.length === 0 ? other : [...one, ...other].sort((a, b) => b.rowid - a.rowid)
