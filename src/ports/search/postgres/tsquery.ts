import { pairKey, type Term, titleKey } from '../query/terms.ts'

/** The text of the tsquery that all of the terms together are. Keys have no quotes and no backslashes. */
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

/** The text of the tsquery of titles that have all of the words, the last one as a prefix. */
export const titleTsquery = (words: readonly string[]): string =>
  `${words.map((word) => quoted(titleKey(word))).join(' & ')}:*`

const quoted = (key: string): string => `'${key}'`
