import type { Stems } from './stems.ts'
import type { Term } from './terms.ts'
import type { Word } from './words.ts'

/** A part of a text, in UTF-16 code units; `end` is exclusive. */
export interface Span {
  start: number
  end: number
}

/** Code units of text around a match. */
const CONTEXT = 70
const MAX_FRAGMENTS = 3

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

/** The text with `<em>` around the spans, which must be in order; all else is HTML-escaped. */
export function emphasize(text: string, spans: readonly Span[], from = 0, to = text.length): string {
  let html = ''
  let done = from
  for (const { start, end } of spans) {
    html += `${escapeHtml(text.slice(done, start))}<em>${escapeHtml(text.slice(start, end))}</em>`
    done = end
  }
  return html + escapeHtml(text.slice(done, to))
}

/** The first parts of a text that contain spans, each with some words around it. */
export function fragmentsOf(text: string, spans: readonly Span[]): string[] {
  const fragments: (Span & { spans: Span[] })[] = []
  for (const span of spans) {
    const last = fragments.at(-1)
    if (last !== undefined && span.start < last.end) {
      last.spans.push(span)
      last.end = Math.max(last.end, endOfWord(text, span.end))
      continue
    }
    if (fragments.length === MAX_FRAGMENTS) break
    const start = Math.max(startOfWord(text, span.start - CONTEXT), last?.end ?? 0)
    fragments.push({ start, end: endOfWord(text, span.end + CONTEXT), spans: [span] })
  }
  return fragments.map(({ start, end, spans: own }) => emphasize(text, own, start, end).trim())
}

function startOfWord(text: string, near: number): number {
  if (near <= 0) return 0
  const gap = text.slice(near, near + CONTEXT / 2).search(/\s/)
  return wholeCharacter(text, gap === -1 ? near : near + gap + 1)
}

function endOfWord(text: string, near: number): number {
  if (near >= text.length) return text.length
  const gap = text.slice(near, near + CONTEXT / 2).search(/\s/)
  return wholeCharacter(text, gap === -1 ? near : near + gap)
}

/** The index, moved out of a surrogate pair. */
function wholeCharacter(text: string, index: number): number {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index
}

const keysOf = (terms: readonly Term[]): string[] =>
  terms.flatMap((term) => {
    if (term.kind === 'any-of') return term.keys
    return term.kind === 'phrase' ? term.steps.map(({ key }) => key) : []
  })

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
