import { wordsOfPrefix } from './suggestions.ts'
import { type Term, pairKey, titleKey } from './terms.ts'

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

/** The tsquery of titles that have the words of the prefix, the last as a beginning; undefined without any word. */
export function suggestionQuery(prefix: string): string | undefined {
  const keys = wordsOfPrefix(prefix).map((word) => `'${titleKey(word)}'`)
  return keys.length === 0 ? undefined : `${keys.join(' & ')}:*`
}
