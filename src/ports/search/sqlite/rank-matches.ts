import type { CompiledPlan } from './compile-plan.ts'
import { createFeatures, isDecided, MAX_LOOKED_UP } from './features.ts'
import type { FindMatches, Matches } from './find-matches.ts'
import type { Lookups } from './lookups.ts'
import { createNearness } from './near-words.ts'
import { betterForms, formsOf } from './rank-expressions.ts'
import type { createWeights, Weighed } from './weigh-clauses.ts'

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
    const rest = matches.rowids.slice(matches.newest)
    if (rest.length === 0) return ranked
    const known = new Set(ranked.map(({ rowid }) => rowid))
    const score = ranked.at(-1)?.score ?? 0
    const older = rest.filter((rowid) => !known.has(rowid))
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
    const {
      having,
      havingSome,
      better: listBetter,
      lackingSome,
    } = features.of(plan, { newest: matches, known, isAll })
    const guessed = new Set<number>()
    const alternatives = clauses.flatMap((clause) => clause.alternatives)
    const inTitles = havingSome(alternatives.flatMap(({ title, relatedTitle }) => [title, relatedTitle]))
    const prominently = havingSome(alternatives.map(({ prominent }) => prominent))
    const better = betterForms(plan.textClauses)
    for (const { weight, title, relatedTitle, prominent, more } of alternatives) {
      add(inTitles(title), IN_TITLE * weight)
      add(inTitles(relatedTitle), RELATED_IN_TITLE * weight)
      add(prominently(prominent), PROMINENT * weight)
      for (const one of more) add(having(one.expression), one.weight)
    }
    for (const { weight, exact, guess, word } of lackingForms(clauses, better, lackingSome)) {
      add(exact, ONLY_RELATED * weight)
      for (const rowid of guess) guessed.add(rowid)
      add(word, -weight)
    }
    if (!isAll) {
      for (const rowid of features.withoutMatch(plan, extra, known)) extra.delete(rowid)
      const older = Object.values(better)
        .flatMap((expression) => listBetter(expression))
        .filter((rowid) => !known.has(rowid))
      add(isDecided(plan) ? older : filter(plan, older.slice(0, MAX_LOOKED_UP), true), 0)
    }
    const isKnown = (rowid: number): boolean => known.has(rowid) || extra.has(rowid)
    for (const [rowids, weight] of near(plan, clauses, matches)) add(rowids.filter(isKnown), weight * base)
    const scoreOf = (rowid: number): number =>
      (base + (extra.get(rowid) ?? 0)) * (guessed.has(rowid) ? GUESSED : 1)
    return sorted(matches, new Set([...extra.keys(), ...guessed]), scoreOf, base)
  }
}

/** Of each clause the documents that lack its exact words, or have only a guess of them, or, if it is optional, neither. */
function lackingForms(
  clauses: readonly Weighed[],
  better: ReturnType<typeof betterForms>,
  lackingSome: (expressions: readonly string[], all?: string) => (expression: string) => number[],
) {
  const isWhole = !clauses.some(({ isOptional }) => isOptional)
  const forms = clauses.map((clause) => ({ ...clause, ...formsOf(clause) }))
  const needExact = forms.filter(({ hasRelated }) => hasRelated)
  const needCertain = forms.filter(({ hasSimilar, isOptional }) => hasSimilar || isOptional)
  const lackingExact = lackingSome(
    needExact.map(({ exact }) => exact),
    isWhole ? better.exact : undefined,
  )
  const lackingCertain = lackingSome(
    needCertain.map(({ certain }) => certain),
    isWhole ? better.certain : undefined,
  )
  return forms.map(({ weight, isOptional, exact, certain, hasRelated, hasSimilar }) => ({
    weight,
    exact: hasRelated ? lackingExact(exact) : [],
    guess: hasSimilar ? lackingCertain(certain) : [],
    word: isOptional ? lackingCertain(certain) : [],
  }))
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
