import { type Alternative, type Match, type QueryTree, type ValueMatch, wordsOfMatch } from './query-tree.ts'
import { type Fuzziness, SPELLABLE, type SuggestTerms } from './spelling.ts'
import type { Stemmer, Stems } from './stems.ts'

/** A condition on the words of a document, in terms of what the index has: stems, and words as they are written. */
export type Term = { inTitle: boolean } & (
  | { kind: 'any-of'; keys: string[] }
  /**
   * `gap`: distance in words from the key before, 1 when adjacent, more where stop words were left out; the first has 0.
   * `words`: all of the phrase, folded.
   */
  | { kind: 'phrase'; steps: { key: string; gap: number }[]; words: readonly string[] }
  | { kind: 'prefix'; prefix: string }
  /** All of these words, not stemmed; only titles are indexed for it. */
  | { kind: 'as-written'; words: readonly string[] }
)

export interface TermAlternative {
  match: Term | ValueMatch
  excluded: boolean
}

/** Of a document every clause must hold, of a clause any alternative. */
export type TermClause = readonly TermAlternative[]

export const isTerm = (match: Term | ValueMatch): match is Term => match.kind !== 'value'

/** The terms that can be found in a matching document. */
export const positiveTerms = (clauses: readonly TermClause[]): Term[] =>
  clauses.flat().flatMap(({ match, excluded }) => (isTerm(match) && !excluded ? [match] : []))

/** The clauses on the index that a query stands for; empty when there is nothing to look for. */
export async function termsOf(
  tree: QueryTree,
  fuzziness: Fuzziness,
  { stemsOf, suggestTerms }: { stemsOf: Stemmer; suggestTerms: SuggestTerms },
): Promise<TermClause[]> {
  const stems = await stemsOf(tree.flat().flatMap(({ match }) => wordsOfMatch(match)))
  const spellable = tree.flat().flatMap((alternative) => spellableWord(alternative, stems))
  const suggested =
    fuzziness === 'exact' || spellable.length === 0
      ? new Map<string, string[]>()
      : await suggestTerms(spellable, stems, fuzziness)

  const clausesWith = (stopWords: 'ignored' | 'in-titles'): TermClause[] =>
    tree
      .map((clause) =>
        clause.flatMap(({ match, excluded }) => {
          const term = excluded
            ? matchOf(match, stems, undefined, 'ignored')
            : matchOf(match, stems, suggested, stopWords)
          return term === undefined ? [] : [{ match: term, excluded }]
        }),
      )
      .filter((clause) => clause.length > 0)

  const clauses = clausesWith('ignored')
  // No words but stop words: "The Who" can still be a title.
  return positiveTerms(clauses).length > 0 ? clauses : clausesWith('in-titles')
}

/** The word of an alternative that may be misspelled. */
function spellableWord({ match, excluded }: Alternative, stems: Stems): string[] {
  if (match.kind !== 'word' || excluded || stems.get(match.word) === '') return []
  return SPELLABLE.test(match.word) ? [match.word] : []
}

/** Undefined when there are only stop words that the index does not have. */
function matchOf(
  match: Match,
  stems: Stems,
  suggested: ReadonlyMap<string, string[]> | undefined,
  stopWords: 'ignored' | 'in-titles',
): Term | ValueMatch | undefined {
  if (match.kind === 'value') return match
  const inTitle = match.field !== undefined
  if (match.kind === 'prefix') return { kind: 'prefix', prefix: match.prefix, inTitle }
  const words = wordsOfMatch(match)
  const steps = stepsOf(words, stems)
  const [first] = steps
  if (first === undefined)
    return inTitle || stopWords === 'in-titles' ? { kind: 'as-written', words, inTitle: true } : undefined
  if (steps.length > 1) return { kind: 'phrase', steps, words, inTitle }
  const others = match.kind === 'word' ? (suggested?.get(match.word) ?? []) : []
  return { kind: 'any-of', keys: [...new Set([first.key, ...others])], inTitle }
}

function stepsOf(words: readonly string[], stems: Stems): { key: string; gap: number }[] {
  const steps: { key: string; gap: number }[] = []
  let last: number | undefined
  words.forEach((word, place) => {
    const key = stems.get(word) ?? ''
    if (key === '') return
    steps.push({ key, gap: place - (last ?? place) })
    last = place
  })
  return steps
}
