import { type Condition, exceptReaders, readersIn } from '../fields.ts'
import type { PhraseMatch, PlanAlternative, PlanClause, PlanMatch, QueryPlan } from '../query/query-plan.ts'
import type { ValueMatch } from '../query/query-tree.ts'
import {
  allOf,
  excludedExpression,
  isDecidedByWords,
  readersExpression,
  relaxedExpression,
  without,
} from './match-expression.ts'

/** A plan by what decides about its clauses. */
export interface CompiledPlan {
  /** FTS5 expression on `words` that every match fulfils; undefined: any document */
  words: string | undefined
  /** `words` says no more than that the readers may read it and that each of `textClauses` matches. */
  isOfTexts: boolean
  /** There is one clause, so that a document of the readers that has a form of it has `words` too. */
  isOneClause: boolean
  /** whose documents they are; undefined: everybody's */
  readers: readonly string[] | undefined
  /** all but that of the readers, which is a part of `words` */
  conditions: Condition[]
  /** that every match has, with several words each */
  phrases: (PlanMatch & PhraseMatch)[]
  /** clauses that `words` and `conditions` do not decide */
  others: PlanClause[]
  /** alternatives of clauses about texts, without those that are excluded */
  textClauses: TextClause[]
}

export interface TextClause {
  matches: PlanMatch[]
  /** It has other alternatives, so that documents without any of `matches` can match. */
  hasOthers: boolean
  /** documents without it match too */
  isOptional: boolean
}

export function compilePlan(plan: QueryPlan, conditions: readonly Condition[]): CompiledPlan {
  const readers = readersIn(conditions)
  const compiled: CompiledPlan = {
    words: undefined,
    isOfTexts: true,
    isOneClause: plan.length === 1,
    readers,
    conditions: exceptReaders(conditions),
    phrases: [],
    others: [],
    textClauses: [],
  }
  const required = readers === undefined ? [] : [readersExpression(readers)]
  const excluded: string[] = []
  for (const clause of plan) {
    const matches = textMatches(clause)
    const isOptional = clause.some(isOptionalWord)
    if (matches.length > 0)
      compiled.textClauses.push({ matches, hasOthers: matches.length < clause.length, isOptional })
    if (isOptional) continue
    const [first] = clause
    if (clause.length === 1 && isPositiveValue(first!)) {
      compiled.conditions.push(first.match.condition)
      continue
    }
    const areWords = clause.every(isDecidedByWords)
    if (clause.length === 1 && first!.excluded && isDecidedByWords(first!)) {
      excluded.push(excludedExpression(first.match))
      compiled.isOfTexts = false
      continue
    }
    if (matches.length < clause.length) compiled.isOfTexts = false
    const expression = relaxedExpression(clause)
    if (expression !== undefined) required.push(expression)
    if (areWords) continue
    if (clause.length === 1 && !first!.excluded && first!.match.kind === 'phrase')
      compiled.phrases.push(first!.match)
    else compiled.others.push(clause)
  }
  const positive = required.length === 0 ? undefined : allOf(required)
  if (positive !== undefined || excluded.length > 0) compiled.words = without(positive, excluded)
  return compiled
}

const textMatches = (clause: PlanClause): PlanMatch[] =>
  clause.flatMap(({ match, excluded }) => (excluded || match.kind === 'value' ? [] : [match]))

const isOptionalWord = ({ match, excluded }: PlanAlternative): boolean =>
  !excluded && match.kind === 'word' && match.isOptional

const isPositiveValue = (
  alternative: PlanAlternative,
): alternative is PlanAlternative & { match: ValueMatch } =>
  alternative.match.kind === 'value' && !alternative.excluded
