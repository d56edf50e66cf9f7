import type { CompiledPlan, TextClause } from './compile-plan.ts'
import { MAX_LOOKED_UP } from './features.ts'
import type { Lookups } from './lookups.ts'
import { allOf, anyOf, passageExpression } from './match-expression.ts'
import { phraseOf } from './rank-expressions.ts'

/** Passages with all words that are read. */
const MAX_PASSAGES = 1_000
/** Where more have them, their order is looked for as far back, and in so many passages of any words before. */
const MAX_OLDER_PASSAGES = 20_000

/** What it is worth per weight of the words. */
const NEAR = 0.5
const ADJACENT = 1

/** Documents, and what it is worth that they have the words near each other. */
type Nearness = [rowids: number[], weight: number]

export function createNearness(lookups: Lookups) {
  /**
   * Documents with all words in one passage, and with one after the other as the query has them. Frequent words are often in
   * one passage and seldom in this order, so that looking for the order in all passages takes longer than all else.
   * @param matches of the plan, the newest first
   */
  return (plan: CompiledPlan, clauses: readonly TextClause[], matches: readonly number[]): Nearness[] => {
    if (clauses.length < 2) return []
    const together = allOf(
      clauses.map((clause) => anyOf(clause.matches.map((match) => passageExpression(match)))),
    )
    const inOrder = phraseOf(plan.textClauses)
    const { rowids, isLast, last } = lookups.passagesPage(together, { limit: MAX_PASSAGES })
    // The newest passages can be those of documents that a reader of few may not read.
    if (!isLast && plan.readers !== undefined && matches.length <= MAX_LOOKED_UP) {
      const among = (expression: string): number[] => [...lookups.withPassages(expression, matches)]
      return [
        [among(together), NEAR],
        ...(inOrder === undefined ? [] : [[among(inOrder), ADJACENT] as Nearness]),
      ]
    }
    if (inOrder === undefined || rowids.length === 0) return [[rowids, NEAR]]
    const ordered = lookups.passagesPage(
      inOrder,
      isLast ? { limit: MAX_PASSAGES } : { limit: MAX_OLDER_PASSAGES, from: last - MAX_OLDER_PASSAGES },
    )
    return [
      [rowids, NEAR],
      [ordered.rowids, ADJACENT],
    ]
  }
}
