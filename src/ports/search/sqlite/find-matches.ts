import type { PhraseMatch, PlanAlternative, PlanClause, PlanMatch } from '../query/query-plan.ts'
import type { CompiledPlan } from './compile-plan.ts'
import type { Lookups } from './lookups.ts'
import {
  excludedExpression,
  isDecidedByWords,
  passageExpression,
  phraseExpression,
} from './match-expression.ts'

/** Rowids of documents that match. */
export interface Matches {
  /** The newest first; beyond the `newest` first ones in groups, each of them with the newest first. */
  rowids: number[]
  /** How many of the first ones are ranked: the same for every page of a search. */
  newest: number
  /** There are no others. */
  isComplete: boolean
}

export interface Wanted {
  /** Of more matches those that are found next may be missing. */
  enough: number
  /** More are never returned. */
  most: number
}

/** Matches that are ranked against each other: a search for frequent words costs no more, however many have them. */
export const MAX_NEWEST = 2_000
/** Fewer are not all that is ranked while there are others; a largest page. */
const MIN_NEWEST = 100
/** Candidates of the first look, and each further one takes GROWTH times as many. */
const FIRST_PAGE = 1_000
/** Enough for a page where each of 20 pages of a document has one. */
const FIRST_PASSAGES = 2_500
const GROWTH = 5
/** Conditions that so few documents fulfil are looked up before the words, and with phrases, fewer. */
const MAX_FEW = MAX_NEWEST
const MAX_RARE = 256

export function createFindMatches(lookups: Lookups) {
  /**
   * Those of the documents, the newest first, that match a plan.
   * @param isDecided They have its words and values.
   */
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

  return {
    filter,

    find(plan: CompiledPlan, { enough, most }: Wanted): Matches {
      const rare = rareDocuments(lookups, plan)
      if (rare !== undefined) {
        // They fulfil the conditions.
        const rowids = filter({ ...plan, conditions: [] }, rare.rowids, rare.isDecided)
        return { rowids: rowids.slice(0, most), newest: rowids.length, isComplete: rowids.length <= most }
      }
      let matches: number[] = []
      let newest: number | undefined
      let isComplete = true
      const isDecided = plan.phrases.length === 0 || isOnePhrase(plan)
      const left = { ...plan, phrases: plan.phrases.filter((phrase) => phrase !== longest(plan.phrases)) }
      for (const page of candidates(lookups, plan, most)) {
        const found = filter(left, page.rowids, isDecided)
        // A document can have passages in two pages.
        matches = matches.length === 0 ? found : [...new Set([...matches, ...found])]
        isComplete = page.isLast && matches.length <= most
        if (matches.length >= MIN_NEWEST) newest ??= Math.min(matches.length, MAX_NEWEST)
        if (matches.length >= most || (newest !== undefined && matches.length >= enough)) break
      }
      const rowids = matches.slice(0, most)
      return { rowids, newest: Math.min(newest ?? rowids.length, rowids.length), isComplete }
    },
  }
}

export type FindMatches = ReturnType<typeof createFindMatches>

interface Candidates {
  rowids: number[]
  isLast: boolean
}

/** Candidates that follow each other without a gap, in pages. */
function* candidates(lookups: Lookups, plan: CompiledPlan, most: number): Generator<Candidates> {
  const { words, conditions, phrases } = plan
  const isExact = phrases.length === 0 && plan.others.length === 0
  let before: number | undefined
  const first = isExact ? most : phrases.length > 0 ? FIRST_PASSAGES : FIRST_PAGE
  for (let limit = first; ; limit *= GROWTH) {
    if (phrases.length > 0) {
      const { last, ...page } = lookups.passagesPage(phraseExpression(longest(phrases)), { limit, before })
      yield page
      if (page.isLast) return
      before = last
    } else {
      const rowids =
        words === undefined
          ? lookups.documentsPage(conditions, { limit, before })
          : lookups.wordsPage(words, conditions, { limit, before })
      const isLast = rowids.length < limit
      yield { rowids, isLast }
      if (isLast) return
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
  { words, conditions, readers, phrases, others }: CompiledPlan,
): { rowids: number[]; isDecided: boolean } | undefined {
  if (words === undefined) return undefined
  const isRare = (rowids: readonly number[]): boolean => rowids.length <= MAX_RARE
  if (conditions.length > 0) {
    const most = phrases.length === 0 && others.length === 0 ? MAX_FEW : MAX_RARE
    if (lookups.countDocuments(conditions, { limit: most + 1 }) <= most)
      return { rowids: lookups.documentsPage(conditions, { limit: most }), isDecided: false }
  }
  if (readers === undefined || phrases.length === 0) return undefined
  const rowids = lookups.wordsPage(words, conditions, { limit: MAX_RARE + 1 })
  return isRare(rowids) ? { rowids, isDecided: true } : undefined
}

/** Nothing but a phrase, so that who has it in a passage has its words. */
const isOnePhrase = ({ isOneClause, phrases, conditions, readers }: CompiledPlan): boolean =>
  isOneClause && phrases.length === 1 && conditions.length === 0 && readers === undefined

const longest = (phrases: readonly (PlanMatch & PhraseMatch)[]) =>
  phrases.reduce((one, other) => (other.words.length > one.words.length ? other : one))
