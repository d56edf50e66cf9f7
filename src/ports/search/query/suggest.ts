import { type Token, tokensOf, wordsOf } from '../analysis/tokens.ts'
import type { SearchEngine } from '../engine.ts'
import type { Condition } from '../fields.ts'
import type { QueryPlan } from './query-plan.ts'

const MAX_PREFIX_UNITS = 500
const MAX_PREFIX_WORDS = 16
/** Shorter beginnings complete to words that nobody meant. */
const MIN_COMPLETED_CHARS = 2
/** Words of texts that are tried; each costs a search. */
const MAX_COMPLETIONS = 5

/**
 * What a search can be completed to: titles with all of the words, the last one as a prefix, and then the same text with a
 * word of texts that completes its last one, where a document that passes the conditions has all of them.
 */
export async function suggest(
  engine: SearchEngine,
  prefix: string,
  size: number,
  conditions: readonly Condition[],
): Promise<string[]> {
  const text = prefix.slice(0, MAX_PREFIX_UNITS)
  const tokens = prefixTokens(text)
  const last = tokens.at(-1)
  if (last === undefined) return []
  const words = tokens.map(({ word }) => word)
  const titles = sortedTitles(words, await engine.titles(words, conditions)).slice(0, size)
  const isCompletable = last.kind === 'word' && [...last.word].length >= MIN_COMPLETED_CHARS
  const completions =
    titles.length < size && isCompletable
      ? await engine.wordsWithPrefix(last.word, MAX_COMPLETIONS, conditions)
      : []
  const found = await Promise.all(
    completions.map(async (word) => {
      const isFound = await engine.exists(allOf([...words.slice(0, -1), word]), conditions)
      return isFound ? [text.slice(0, last.start).trimStart() + word] : []
    }),
  )
  return [...titles, ...found.flat()].slice(0, size)
}

/** The words of a prefix; the last one may be incomplete. */
function prefixTokens(text: string): Token[] {
  // Of a script without spaces the pairs say all, and a character that is alone may be the beginning of a pair.
  const tokens = tokensOf(text).filter(
    ({ kind }, place, all) =>
      kind !== 'last' || (place === all.length - 1 && all[place - 1]?.kind !== 'pair'),
  )
  return tokens.slice(-MAX_PREFIX_WORDS)
}

/** Each title once; first those that begin with all of the words, otherwise in the order given. */
function sortedTitles(words: readonly string[], titles: readonly string[]): string[] {
  const beginning = words.join(' ')
  const folded = new Map<string, string>()
  for (const title of titles) {
    const key = wordsOf(title).join(' ')
    if (!folded.has(key)) folded.set(key, title)
  }
  const begins = ([key]: [string, string]): boolean => key.startsWith(beginning)
  const sorted = [...[...folded].filter(begins), ...[...folded].filter((each) => !begins(each))]
  return sorted.map(([, title]) => title)
}

const allOf = (words: readonly string[]): QueryPlan =>
  words.map((word) => [
    {
      match: { kind: 'word', field: undefined, word, related: [], similar: [], isOptional: false },
      excluded: false,
    },
  ])
