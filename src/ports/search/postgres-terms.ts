import type { Forgiveness, Near } from './postgres-near-words.ts'
import type { QueryPart } from './parse-query.ts'
import type { Stemmer, Stems } from './postgres-stems.ts'
import { type Term, pairKey, titleKey } from './terms.ts'

/** What the parts of a query are on this index's keys; empty when there is nothing to look for. */
export async function termsOf(
  parts: readonly QueryPart[],
  forgiveness: Forgiveness,
  index: { stemsOf: Stemmer; near: Near },
): Promise<Term[]> {
  const stems = await index.stemsOf(parts.flat())
  const single = parts.flatMap((part) => (part.length === 1 && stems.get(part[0]) !== '' ? [part[0]] : []))
  const near = await index.near(single, stems, forgiveness)
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
  if (steps.length > 1) return { kind: 'phrase', steps }
  const others = part.length === 1 ? (near.get(part[0]) ?? []) : []
  return { kind: 'any-of', keys: [...new Set([first.key, ...others])] }
}

/** The tsquery, as text, that all of the terms together are. Keys have no quotes and no backslashes. */
export function tsqueryOf(terms: readonly Term[]): string {
  return terms
    .map((term) => `(${term.kind === 'any-of' ? term.keys.map(quoted).join(' | ') : phrase(term.steps)})`)
    .join(' & ')
}

/** By positions, or by pairs where a long content has no positions. */
function phrase(steps: { key: string; gap: number }[]): string {
  const [first, ...others] = steps
  const byPosition = [quoted(first!.key), ...others.map(({ key, gap }) => `<${gap}> ${quoted(key)}`)]
  const pairs = others.map(({ key }, index) => quoted(pairKey(steps[index]!.key, key)))
  return `(${byPosition.join(' ')}) | (${pairs.join(' & ')})`
}

const quoted = (key: string): string => `'${key}'`
