import type { CompiledPlan, TextClause } from './compile-plan.ts'
import type { Lookups } from './lookups.ts'
import { allOf, readersExpression } from './match-expression.ts'
import { inForms } from './rank-expressions.ts'

/** Clauses that are weighed, the rarest ones. */
const MAX_CLAUSES = 8
/** Documents with a word are counted so far; beyond, all words are as frequent. */
const MAX_HAVING = 10_000

export type Weighed = TextClause & { weight: number }

/** @param documents in the index, of these readers */
export function createWeights(
  lookups: Lookups,
  documents: (readers: readonly string[] | undefined) => number,
) {
  /** The rarer, the more: as BM25 weighs a word. */
  return (plan: CompiledPlan): Weighed[] => {
    const { textClauses: clauses } = plan
    if (clauses.length < 2) return clauses.map((clause) => ({ ...clause, weight: 1 }))
    const all = documents(plan.readers)
    const within = readersOf(plan)
    return clauses
      .map((clause) => {
        const expression = inForms(clause.matches, 'exact', 'related', 'similar')!
        const having = lookups.countWords(allOf([expression, ...within]), [], MAX_HAVING)
        return { ...clause, weight: Math.log(1 + (all - having + 0.5) / (having + 0.5)) + 0.1 }
      })
      .sort((one, other) => other.weight - one.weight)
      .slice(0, MAX_CLAUSES)
  }
}

/** Of documents that these readers may read. */
export const readersOf = ({ readers }: CompiledPlan): string[] =>
  readers === undefined ? [] : [readersExpression(readers)]
