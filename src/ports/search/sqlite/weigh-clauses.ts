import type { CompiledPlan, TextClause } from './compile-plan.ts'
import type { Lookups } from './lookups.ts'
import { allOf, anyOf, readersExpression } from './match-expression.ts'
import { inForms, prominenceOf } from './rank-expressions.ts'

/** Clauses that are weighed, the rarest ones, and alternatives of one, the first ones. */
const MAX_CLAUSES = 8
/** Documents with a word are counted so far; beyond, all words are as frequent. */
const MAX_HAVING = 10_000

export interface Weighed extends TextClause {
  weight: number
  alternatives: Alternative[]
}

interface Alternative extends ReturnType<typeof prominenceOf> {
  weight: number
  /** What a document with an expression weighs more than one with the most frequent alternative alone. */
  more: { expression: string; weight: number }[]
}

/** @param documents in the index, of these readers */
export function createWeights(
  lookups: Lookups,
  documents: (readers: readonly string[] | undefined) => number,
) {
  /** The rarer, the more: as BM25 weighs a word. */
  return (plan: CompiledPlan): Weighed[] => {
    const { textClauses: clauses } = plan
    const [first] = clauses
    if (first === undefined) return []
    if (clauses.length === 1 && isAlone(first))
      return [
        { ...first, weight: 1, alternatives: [{ ...prominenceOf(first.matches), weight: 1, more: [] }] },
      ]
    const all = documents(plan.readers)
    const within = readersOf(plan)
    const weightOf = (expression: string): number => {
      const having = lookups.countWords(allOf([expression, ...within]), [], { limit: MAX_HAVING })
      return Math.log(1 + (all - having + 0.5) / (having + 0.5)) + 0.1
    }
    return clauses
      .map((clause) => {
        const weight = weightOf(inForms(clause.matches, 'exact', 'related', 'similar')!)
        return { ...clause, weight, alternatives: alternativesOf(clause, weight, weightOf) }
      })
      .sort((one, other) => other.weight - one.weight)
      .slice(0, MAX_CLAUSES)
  }
}

/** A document weighs the sum of the alternatives that it has. */
function alternativesOf(
  clause: TextClause,
  weight: number,
  weightOf: (expression: string) => number,
): Alternative[] {
  if (isAlone(clause)) return [{ ...prominenceOf(clause.matches), weight, more: [] }]
  const weighed = clause.matches
    .slice(0, MAX_CLAUSES)
    .map((match) => {
      const expression = inForms([match], 'exact', 'related')!
      return { match, expression, weight: weightOf(expression) }
    })
    .sort((one, other) => other.weight - one.weight)
  const least = clause.hasOthers ? 0 : weighed.at(-1)!.weight
  return weighed.map(({ match, expression, weight }, place) => {
    const others = weighed.slice(place + 1).map((other) => other.expression)
    const withOther = others.length === 0 ? [] : [allOf([expression, anyOf(others)])]
    const more = [
      { expression, weight: weight - least },
      ...withOther.map((expression) => ({ expression, weight: least })),
    ]
    return { ...prominenceOf([match]), weight, more: more.filter((one) => one.weight > 0) }
  })
}

const isAlone = ({ matches, hasOthers }: TextClause): boolean => matches.length === 1 && !hasOthers

/** Of documents that these readers may read. */
export const readersOf = ({ readers }: CompiledPlan): string[] =>
  readers === undefined ? [] : [readersExpression(readers)]
