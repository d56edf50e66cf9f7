import type { PhraseMatch, PlanAlternative, PlanClause, PlanMatch } from '../query/query-plan.ts'
import type { CompiledPlan } from './compile-plan.ts'
import type { Lookups } from './lookups.ts'
import {
  excludedExpression,
  isDecidedByWords,
  passageExpression,
  phraseExpression,
} from './match-expression.ts'

/** Rowids of matches, the newest first. */
export type FindMatches = (plan: CompiledPlan, limit: number) => number[]

/** Candidates of the first look; each further one takes GROWTH times as many, because it starts again at the newest. */
const FIRST_PAGE = 1_000
const GROWTH = 10
/** Conditions that so few documents fulfil are looked up before the words. */
const MAX_RARE = 256

export function createFindMatches(lookups: Lookups): FindMatches {
  function filter(plan: CompiledPlan, rowids: number[], isDecided: boolean): number[] {
    let left = rowids
    const keep = (members: Set<number>): void => {
      left = left.filter((rowid) => members.has(rowid))
    }
    if (!isDecided && plan.words !== undefined) keep(lookups.withWords(plan.words, left))
    if (!isDecided && plan.conditions.length > 0) keep(lookups.withValues(plan.conditions, left))
    for (const phrase of plan.phrases) keep(lookups.withPassages(phraseExpression(phrase), left))
    for (const clause of plan.others) left = withClause(clause, left)
    return left
  }

  function withClause(clause: PlanClause, rowids: number[]): number[] {
    const found = new Set<number>()
    for (const alternative of clause) {
      const left = rowids.filter((rowid) => !found.has(rowid))
      const members = withAlternative(alternative, left)
      for (const rowid of left) if (members.has(rowid) !== alternative.excluded) found.add(rowid)
    }
    return rowids.filter((rowid) => found.has(rowid))
  }

  function withAlternative(alternative: PlanAlternative, rowids: number[]): Set<number> {
    const { match } = alternative
    if (match.kind === 'value') return lookups.withValues([match.condition], rowids)
    if (isDecidedByWords(alternative)) return lookups.withWords(excludedExpression(match), rowids)
    return lookups.withPassages(passageExpression(match), rowids)
  }

  return (plan, limit) => {
    const rare = rareDocuments(lookups, plan)
    if (rare !== undefined) return filter(plan, rare.rowids, rare.isDecided).slice(0, limit)
    // A document can have passages in two pages.
    const matches = new Set<number>()
    const isDecided = plan.phrases.length === 0
    const left = { ...plan, phrases: plan.phrases.filter((phrase) => phrase !== longest(plan.phrases)) }
    for (const page of candidates(lookups, plan, limit)) {
      for (const rowid of filter(left, page, isDecided)) matches.add(rowid)
      if (matches.size >= limit) break
    }
    return [...matches].sort((one, other) => other - one).slice(0, limit)
  }
}

/** Candidates that follow each other without a gap, in pages. */
function* candidates(lookups: Lookups, plan: CompiledPlan, limit: number): Generator<number[]> {
  const { words, conditions, phrases } = plan
  const isExact = phrases.length === 0 && plan.others.length === 0
  let before: number | undefined
  for (let size = isExact ? limit : FIRST_PAGE; ; size *= GROWTH) {
    if (phrases.length > 0) {
      const { rowids, isLast, last } = lookups.passagesPage(phraseExpression(longest(phrases)), size, before)
      yield rowids
      if (isLast) return
      before = last
    } else {
      const rowids =
        words === undefined
          ? lookups.documentsPage(conditions, size, before)
          : lookups.wordsPage(words, conditions, size, before)
      yield rowids
      if (rowids.length < size) return
      before = rowids.at(-1)
    }
  }
}

/**
 * The few documents that fulfil the conditions, if they are few, or those with the words of phrases that a reader of few
 * documents may read.
 */
function rareDocuments(
  lookups: Lookups,
  { words, conditions, readers, phrases }: CompiledPlan,
): { rowids: number[]; isDecided: boolean } | undefined {
  if (words === undefined) return undefined
  const isRare = (rowids: readonly number[]): boolean => rowids.length <= MAX_RARE
  if (conditions.length > 0) {
    const rowids = lookups.documentsPage(conditions, MAX_RARE + 1)
    if (isRare(rowids)) return { rowids, isDecided: false }
  }
  if (readers === undefined || phrases.length === 0) return undefined
  const rowids = lookups.wordsPage(words, conditions, MAX_RARE + 1)
  return isRare(rowids) ? { rowids, isDecided: true } : undefined
}

const longest = (phrases: readonly (PlanMatch & PhraseMatch)[]) =>
  phrases.reduce((one, other) => (other.words.length > one.words.length ? other : one))
