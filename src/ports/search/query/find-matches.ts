import { compoundsOf, hyphenatedOf } from '../analysis/compounds.ts'
import type { Language } from '../../../runtime/detect-language.ts'
import { isAscii } from '../analysis/fold.ts'
import { relatedKeys } from '../analysis/related-keys.ts'
import { stemmersOf } from '../analysis/stems.ts'
import { forEachToken, type Token, tokensOf } from '../analysis/tokens.ts'
import { createEnough, type Span } from './emphasize.ts'
import type { PhraseMatch, PlanMatch, QueryPlan } from './query-plan.ts'

/** Finds in a text what a query asks for. */
export interface MatchFinder {
  inTitle(text: string): Span[]
  /** Without those behind what is shown of it. */
  inContent(text: string): Span[]
  /** All of them. */
  inText(text: string): Span[]
  /** The beginning of a phrase at the end of a text, which the next passage continues. */
  atEnd(text: string): Span[]
}

/**
 * Words that match by any of their keys, compounds, and whole phrases; not what is excluded or optional.
 * @param languages those that the plan was made for
 */
export async function createMatchFinder(
  plan: QueryPlan,
  languages: readonly Language[],
): Promise<MatchFinder> {
  const keysOf = await relatedKeysIn(languages)
  const matches = plan
    .flat()
    .flatMap(({ match, excluded }) => (excluded || match.kind === 'value' ? [] : [match]))
  const inContent = matches.filter(({ field }) => field === undefined)
  return {
    inTitle: finderOf(matches, keysOf, () => () => false),
    inContent: finderOf(inContent, keysOf, createEnough),
    inText: finderOf(inContent, keysOf, () => () => false),
    atEnd(text) {
      const phrases = inContent.filter((match) => match.kind === 'phrase')
      if (phrases.length === 0) return []
      const tokens = tokensOf(text)
      return merged(phrases.flatMap((phrase) => beginningAtEnd(tokens, phrase)))
    },
  }
}

type KeysOf = (written: string) => readonly string[]

/**
 * Words whose keys are kept from one query to the next, some 200 bytes each: stems take most of the time of a page. A list in the
 * order of use would take as long as what it saves, so the words since the last clearing and those before it are two maps.
 */
const CACHED_WORDS = 10_000
const MAX_CACHED_UNITS = 64
let cached = {
  languages: '',
  recent: new Map<string, readonly string[]>(),
  before: new Map<string, readonly string[]>(),
}

async function relatedKeysIn(languages: readonly Language[]): Promise<KeysOf> {
  const stemmers = await stemmersOf(languages)
  const name = languages.join()
  if (cached.languages !== name) cached = { languages: name, recent: new Map(), before: new Map() }
  const cache = cached
  return (written) => {
    const known = cache.recent.get(written)
    if (known !== undefined) return known
    const own = cache.before.get(written) ?? [...relatedKeys(written, stemmers)]
    if (written.length > MAX_CACHED_UNITS) return own
    if (cache.recent.size === CACHED_WORDS) {
      cache.before = cache.recent
      cache.recent = new Map()
    }
    cache.recent.set(written, own)
    return own
  }
}

const DIGIT = /\d/

function finderOf(
  matches: readonly PlanMatch[],
  keysOf: KeysOf,
  enoughOf: () => (span: Span) => boolean,
): (text: string) => Span[] {
  if (matches.length === 0) return () => []
  const keys = new Set<string>()
  const prefixes: string[] = []
  const phrases: PhraseMatch[] = []
  for (const match of matches) {
    if (match.kind === 'phrase') phrases.push(match)
    else if (match.kind === 'prefix') prefixes.push(match.prefix)
    else if (!match.isOptional)
      for (const key of [match.word, ...match.related, ...match.similar]) keys.add(key)
  }
  const hasRelatedKey = (written: string): boolean => {
    for (const key of keysOf(written)) if (keys.has(key)) return true
    return false
  }
  const isKey = (word: string): boolean =>
    keys.has(word) || (prefixes.length > 0 && prefixes.some((prefix) => word.startsWith(prefix)))
  /** Words of the texts so far: they repeat, and the form in which a word is written decides. */
  const words = new Map<string, boolean>()
  function isFoundWord(written: string, word: string): boolean {
    let isFound = words.get(written)
    if (isFound === undefined)
      words.set(written, (isFound = isKey(word) || (keys.size > 0 && hasRelatedKey(written))))
    return isFound
  }
  const compoundsIn = [...keys].some((key) => DIGIT.test(key)) ? compoundsOf : hyphenatedOf
  return (text) => {
    const found: Span[] = []
    const tokens: Token[] = []
    const addsEnough = enoughOf()
    const isPlain = isAscii(text)
    let isEnough = false
    const add = (start: number, end: number, word: string, kind: Token['kind']): void => {
      if (phrases.length > 0) tokens.push({ start, end, word, kind })
      const isFound =
        kind === 'word' ? isFoundWord(isPlain ? word : text.slice(start, end), word) : isKey(word)
      if (!isFound) return
      found.push({ start, end })
      isEnough ||= addsEnough({ start, end })
    }
    forEachToken(text, add, () => isEnough && phrases.length === 0)
    if (keys.size > 0)
      for (const { word, start, end } of compoundsIn(text)) if (keys.has(word)) found.push({ start, end })
    for (const phrase of phrases) found.push(...phraseIn(tokens, phrase))
    return merged(found)
  }
}

/** The words of a phrase wherever it is. */
function phraseIn(tokens: readonly Token[], phrase: PhraseMatch): Span[] {
  const { length } = phrase.words
  const spans: Span[] = []
  for (let start = 0; start + length <= tokens.length; start++)
    if (isAt(tokens, start, phrase, length)) spans.push(...tokens.slice(start, start + length))
  return spans
}

/** The longest beginning of a phrase that the text ends with. */
function beginningAtEnd(tokens: readonly Token[], phrase: PhraseMatch): Span[] {
  for (let start = Math.max(tokens.length - phrase.words.length + 1, 0); start < tokens.length; start++)
    if (isAt(tokens, start, phrase, tokens.length - start)) return tokens.slice(start)
  return []
}

/** Whether the first words of a phrase stand there. */
function isAt(
  tokens: readonly Token[],
  start: number,
  { words, endsInPrefix }: PhraseMatch,
  length: number,
): boolean {
  for (let place = 0; place < length; place++) {
    const [{ word }, wanted] = [tokens[start + place]!, words[place]!]
    const isSame = endsInPrefix && place === words.length - 1 ? word.startsWith(wanted) : word === wanted
    if (!isSame) return false
  }
  return true
}

/** In order; those that overlap, such as pairs of characters, as one. */
function merged(spans: readonly Span[]): Span[] {
  const whole: Span[] = []
  for (const { start, end } of [...spans].sort((one, other) => one.start - other.start)) {
    const last = whole.at(-1)
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end)
    else whole.push({ start, end })
  }
  return whole
}
