import type { QueryPart } from './parse-query.ts'
import { type Fuzziness, SPELLABLE, type SuggestTerms } from './spelling.ts'
import type { Stemmer, Stems } from './stems.ts'

/**
 * One condition of a query on the keys of the index: stems (`contract`), words of titles as they are written
 * (`=contracts`), and pairs of consecutive stems (`sign page`).
 */
export type Term =
  | { kind: 'any-of'; keys: string[] }
  /**
   * `gap`: distance in words from the key before, 1 when adjacent, more where stop words were left out; the first has 0.
   * `words`: all of the phrase, folded.
   */
  | { kind: 'phrase'; steps: { key: string; gap: number }[]; words: readonly string[] }

/** The key of a title's word as it is written, for suggestions and for stop words. */
export const titleKey = (word: string): string => `=${word}`

/** The key of two consecutive stems, where the index has no positions. */
export const pairKey = (first: string, second: string): string => `${first} ${second}`

/** The terms on the index's keys that a query stands for; empty when there is nothing to look for. */
export async function termsOf(
  parts: readonly QueryPart[],
  fuzziness: Fuzziness,
  { stemsOf, suggestTerms }: { stemsOf: Stemmer; suggestTerms: SuggestTerms },
): Promise<Term[]> {
  const stems = await stemsOf(parts.flat())
  const spellable = parts
    .filter((part) => part.length === 1 && stems.get(part[0]) !== '' && SPELLABLE.test(part[0]))
    .map(([word]) => word)
  const suggested =
    fuzziness === 'exact' || spellable.length === 0
      ? new Map<string, string[]>()
      : await suggestTerms(spellable, stems, fuzziness)
  const terms = parts.map((part) => termOf(part, stems, suggested)).filter((term) => term !== undefined)
  // Nothing but stop words: "The Who" can still be a title.
  return terms.length > 0 ? terms : parts.flat().map((word) => ({ kind: 'any-of', keys: [titleKey(word)] }))
}

/** Undefined when the part has only stop words. */
function termOf(part: QueryPart, stems: Stems, suggested: ReadonlyMap<string, string[]>): Term | undefined {
  const steps: { key: string; gap: number }[] = []
  let last: number | undefined
  part.forEach((word, place) => {
    const key = stems.get(word) ?? ''
    if (key === '') return
    steps.push({ key, gap: place - (last ?? place) })
    last = place
  })
  const [first] = steps
  if (first === undefined) return undefined
  if (steps.length > 1) return { kind: 'phrase', steps, words: part }
  const others = part.length === 1 ? (suggested.get(part[0]) ?? []) : []
  return { kind: 'any-of', keys: [...new Set([first.key, ...others])] }
}
