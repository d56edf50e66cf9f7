import type { QueryPart } from './parse-query.ts'
import type { Stemmer, Stems } from './stems.ts'
import { type Term, titleKey } from './terms.ts'

/**
 * `none`: words are taken as they are; `when-unknown`: those that no document has ever had are taken for misspelled;
 * `all`: every word may be.
 */
export type Forgiveness = 'none' | 'when-unknown' | 'all'

/** For each of the words that may be misspelled, the stems of what it may have meant, the nearest first. */
export type Near = (
  words: string[],
  stems: Stems,
  forgiveness: Exclude<Forgiveness, 'none'>,
) => Promise<ReadonlyMap<string, string[]>>

/** Only words of letters are taken for misspelled. */
export const FORGIVEN = /^\p{L}{3,32}$/u
export const MAX_MISSPELLED = 8
export const MAX_NEAR = 8
/** One edit is forgiven up to this length and two beyond: as Elasticsearch's fuzziness AUTO ("Common options"). */
export const MAX_SHORT = 5

/** What the parts of a query are on this index's keys; empty when there is nothing to look for. */
export async function termsOf(
  parts: readonly QueryPart[],
  forgiveness: Forgiveness,
  index: { stemsOf: Stemmer; near: Near },
): Promise<Term[]> {
  const stems = await index.stemsOf(parts.flat())
  const single = parts.flatMap((part) => (part.length === 1 && stems.get(part[0]) !== '' ? [part[0]] : []))
  const near =
    forgiveness === 'none' ? new Map<string, string[]>() : await index.near(single, stems, forgiveness)
  const terms = parts.map((part) => termOf(part, stems, near)).filter((term) => term !== undefined)
  // Nothing but stop words: "The Who" can still be a title.
  return terms.length > 0 ? terms : parts.flat().map((word) => ({ kind: 'any-of', keys: [titleKey(word)] }))
}

/** Undefined when the part has only stop words. */
function termOf(part: QueryPart, stems: Stems, near: ReadonlyMap<string, string[]>): Term | undefined {
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
  const others = part.length === 1 ? (near.get(part[0]) ?? []) : []
  return { kind: 'any-of', keys: [...new Set([first.key, ...others])] }
}

/**
 * Asks with the terms of one forgiveness after the other until there is an answer; the same terms only once.
 * @returns `nothing` when there was none
 */
export async function forgiving<T>(
  ways: readonly Forgiveness[],
  termsFor: (forgiveness: Forgiveness) => Promise<Term[]>,
  nothing: T,
  ask: (terms: Term[]) => Promise<T | undefined>,
): Promise<T> {
  const tried = new Set<string>()
  for (const forgiveness of ways) {
    const terms = await termsFor(forgiveness)
    const key = JSON.stringify(terms)
    if (terms.length === 0 || tried.has(key)) continue
    tried.add(key)
    const found = await ask(terms)
    if (found !== undefined) return found
  }
  return nothing
}
