import type { Span } from './emphasize.ts'
import type { Stems } from './stems.ts'
import type { Term } from './terms.ts'
import type { Word } from './words.ts'

/** The words of a text whose stems can be keys of the terms: a stem begins with the same letter as its word. */
export function wordsToStem(words: readonly Word[], terms: readonly Term[]): string[] {
  const initials = new Set(keysOf(terms).map((key) => key[0]))
  return words.map(({ word }) => word).filter((word) => initials.has(word[0]))
}

/**
 * The matches of the terms in a text: single words, and the words of whole phrases.
 * @param stems of at least the words that `wordsToStem` returns
 */
export function findTerms(words: readonly Word[], terms: readonly Term[], stems: Stems): Span[] {
  const keys = new Set(terms.flatMap((term) => (term.kind === 'any-of' ? term.keys : [])))
  const written = new Set(terms.flatMap((term) => (term.kind === 'as-written' ? term.words : [])))
  const prefixes = terms.flatMap((term) => (term.kind === 'prefix' ? [term.prefix] : []))
  const phrases = terms.flatMap((term) => (term.kind === 'phrase' ? [term.steps] : []))
  const found = new Set<Word>()
  words.forEach((at, index) => {
    const { word } = at
    const stem = stems.get(word)
    if (written.has(word) || prefixes.some((prefix) => word.startsWith(prefix))) found.add(at)
    if (stem === undefined) return
    if (keys.has(stem)) found.add(at)
    for (const steps of phrases) {
      if (steps[0]!.key !== stem) continue
      let place = index
      const places = steps.map(({ gap }) => words[(place += gap)])
      if (places.every((each, step) => each !== undefined && stems.get(each.word) === steps[step]!.key)) {
        for (const each of places) found.add(each!)
      }
    }
  })
  return [...found].sort((one, other) => one.start - other.start)
}

const keysOf = (terms: readonly Term[]): string[] =>
  terms.flatMap((term) => {
    if (term.kind === 'any-of') return term.keys
    return term.kind === 'phrase' ? term.steps.map(({ key }) => key) : []
  })
