import type { QueryPlan } from './query-plan.ts'

/** Only words of letters can be misspelled, and shorter ones are too much like others. */
const SPELLABLE = /^\p{L}{4,32}$/u
/** Words of a query that are taken for misspelled. */
const MAX_MISSPELLED = 8
/** similar words of one */
const MAX_SIMILAR = 8
/** Two edits are tolerated in words from this length on, and one in shorter ones. */
const MIN_TWO_EDITS_CHARS = 9

/** Edits by which a word may differ from one that it is taken for; a transposition is one. */
export const maxEdits = (word: string): 1 | 2 => ([...word].length < MIN_TWO_EDITS_CHARS ? 1 : 2)

/** The words of a plan that may be misspelled. */
export function spellableWords(plan: QueryPlan): string[] {
  const words = plan
    .flat()
    .flatMap(({ match, excluded }) =>
      match.kind === 'word' && !excluded && !match.isOptional && SPELLABLE.test(match.word)
        ? [match.word]
        : [],
    )
  return [...new Set(words)].slice(0, MAX_MISSPELLED)
}

/**
 * The plan that finds documents with these words too; undefined where there are none.
 * @param similar by spellableWords()
 */
export function withSimilarWords(
  plan: QueryPlan,
  similar: ReadonlyMap<string, readonly string[]>,
): QueryPlan | undefined {
  let isForgiving = false
  const forgiving = plan.map((clause) =>
    clause.map((alternative) => {
      const { match, excluded } = alternative
      if (match.kind !== 'word' || excluded || match.isOptional) return alternative
      const known = new Set([match.word, ...match.related])
      const others = (similar.get(match.word) ?? []).filter((word) => !known.has(word)).slice(0, MAX_SIMILAR)
      if (others.length === 0) return alternative
      isForgiving = true
      return { match: { ...match, similar: others }, excluded }
    }),
  )
  return isForgiving ? forgiving : undefined
}
