import { foldedWords } from './words.ts'

const MAX_PREFIX_UNITS = 500
const MAX_PREFIX_WORDS = 16

/** The words of a prefix; the last one may be incomplete. */
export const wordsOfPrefix = (prefix: string): string[] =>
  foldedWords(prefix.slice(0, MAX_PREFIX_UNITS)).slice(-MAX_PREFIX_WORDS)

/**
 * Each title once; first those that begin with all of the words, otherwise in the order given.
 * @param words of the prefix
 */
export function suggestionsOf(words: readonly string[], titles: readonly string[], size: number): string[] {
  const beginning = words.join(' ')
  const folded = new Map<string, string>()
  for (const title of titles) {
    const key = foldedWords(title).join(' ')
    if (!folded.has(key)) folded.set(key, title)
  }
  const begins = [...folded].filter(([key]) => key.startsWith(beginning))
  const others = [...folded].filter(([key]) => !key.startsWith(beginning))
  return [...begins, ...others].slice(0, size).map(([, title]) => title)
}
