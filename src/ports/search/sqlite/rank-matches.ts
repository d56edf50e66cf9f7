import type { PlanMatch } from '../query/query-plan.ts'
import type { CompiledPlan, TextClause } from './compile-plan.ts'
import type { Lookups } from './lookups.ts'
import {
  allOf,
  anyOf,
  type Forms,
  formExpression,
  passageExpression,
  readersExpression,
  without,
} from './match-expression.ts'

/** A document's rowid and score, the best first, then the newest. */
export type Ranked = { rowid: number; score: number }[]

/** Clauses that are weighed, the rarest ones. */
const MAX_CLAUSES = 8
/** Of documents with one feature so many of the newest are weighed. */
const MAX_WEIGHED = 2_000
/** Passages that are read for nearness. */
const MAX_PASSAGES = 4_000
/** Matches whose passages are looked up one by one. */
const MAX_LOOKED_UP = 50

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

type Weighed = TextClause & { weight: number }

/**
 * @param documents in the index, of these readers
 */
export function createRanking(
  lookups: Lookups,
  documents: (readers: readonly string[] | undefined) => number,
) {
  /** The rarer, the more: as BM25 weighs a word. @param limit of matches */
  function weigh({ textClauses: clauses, readers }: CompiledPlan, limit: number): Weighed[] {
    if (clauses.length < 2) return clauses.map((clause) => ({ ...clause, weight: 1 }))
    const all = documents(readers)
    const within = readers === undefined ? [] : [readersExpression(readers)]
    return clauses
      .map((clause) => {
        const expression = inForms(clause.matches, 'exact', 'related', 'similar')!
        const having = lookups.wordsPage(allOf([expression, ...within]), [], limit).length
        return { ...clause, weight: Math.log(1 + (all - having + 0.5) / (having + 0.5)) + 0.1 }
      })
      .sort((one, other) => other.weight - one.weight)
      .slice(0, MAX_CLAUSES)
  }

  return (plan: CompiledPlan, matches: readonly number[], limit: number): Ranked => {
    const { words, conditions } = plan
    const clauses = weigh(plan, limit)
    if (clauses.length === 0 || words === undefined) return matches.map((rowid) => ({ rowid, score: 0 }))
    const base = clauses.reduce((sum, { weight }) => sum + weight, 0)
    const known = new Set(matches)
    const isExact = plan.phrases.length === 0 && plan.others.length === 0
    /** Features of documents that are known to match. */
    const extra = new Map<number, number>()
    const add = (rowids: Iterable<number>, weight: number): void => {
      for (const rowid of rowids) extra.set(rowid, (extra.get(rowid) ?? 0) + weight)
    }
    const having = (feature: string | undefined, most = MAX_WEIGHED): number[] => {
      if (feature === undefined) return []
      const found = lookups.wordsPage(allOf([words, feature]), conditions, most)
      return isExact ? found : found.filter((rowid) => known.has(rowid))
    }
    const guessed = new Set<number>()
    for (const { matches, weight, isOptional } of clauses) {
      const exact = inForms(matches, 'exact')!
      add(having(inTitle(matches, 'exact')), IN_TITLE * weight)
      add(having(inTitle(matches, 'related')), RELATED_IN_TITLE * weight)
      add(having(prominent(exact)), PROMINENT * weight)
      if (inForms(matches, 'related') !== undefined)
        add(having(without(undefined, [exact]), limit), ONLY_RELATED * weight)
      const certain = inForms(matches, 'exact', 'related')!
      if (inForms(matches, 'similar') !== undefined)
        for (const rowid of having(without(undefined, [certain]), limit)) guessed.add(rowid)
      if (isOptional) add(having(without(undefined, [certain]), limit), -weight)
    }
    const isKnown = (rowid: number): boolean => known.has(rowid) || extra.has(rowid)
    function withPassages(expression: string): Iterable<number> {
      const { rowids, isLast } = lookups.passagesPage(expression, MAX_PASSAGES)
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
  const all = allOf(clauses.map(({ matches }) => anyOf(matches.map(passageExpression))))
  return [[all, NEAR], ...(phrase === undefined ? [] : [[phrase, ADJACENT] as [string, number]])]
}

/** Newest first. */
const merged = (one: Ranked, other: Ranked): Ranked =>
  one.length === 0 ? other : [...one, ...other].sort((a, b) => b.rowid - a.rowid)

function inForms(matches: readonly PlanMatch[], ...forms: Forms[]): string | undefined {
  const expressions = matches.flatMap((match) => forms.flatMap((form) => formExpression(match, form) ?? []))
  return expressions.length === 0 ? undefined : anyOf(expressions)
}

function inTitle(matches: readonly PlanMatch[], form: Forms): string | undefined {
  const expressions = matches.flatMap((match) =>
    match.field === undefined || match.field === 'title' ? (formExpression(match, form, 'title') ?? []) : [],
  )
  return expressions.length === 0 ? undefined : anyOf(expressions)
}

const prominent = (exact: string): string => `({prominent} : ${exact})`

/** All words one after the other, as they stand in the query. */
function phraseOf(clauses: readonly TextClause[]): string | undefined {
  const words = clauses.map(({ matches: [match] }) => (match?.kind === 'word' ? match.word : undefined))
  if (!words.every((word) => word !== undefined)) return undefined
  return passageExpression({ kind: 'phrase', words, field: undefined, endsInPrefix: false })
}
