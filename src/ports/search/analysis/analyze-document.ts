import type { TextPart } from '../../../domain/text-part.ts'
import { compoundsOf } from './compounds.ts'
import {
  type DetectedLanguage,
  type Language,
  loadLanguageDetector,
} from '../../../runtime/detect-language.ts'
import { type Passage, passagesOf } from './passages.ts'
import { relatedKeys } from './related-keys.ts'
import { stemmersOf } from './stems.ts'
import { type Token, tokensOf } from './tokens.ts'

/** What an index keeps of the words of a document. */
export interface AnalyzedDocument {
  /** in order, exact */
  titleWords: string[]
  /** what a search for single words in the title looks for: exact words, stems, variants and compounds, each once */
  titleKeys: string[]
  passages: AnalyzedPassage[]
  /** the same of the whole text, and of the other forms of its words */
  textKeys: string[]
  /** of these the exact words that the text is about: by their share in it, as BM25 weighs it */
  prominentWords: string[]
  /** that of most of the text; undefined where it is not certain */
  language: Language | undefined
  /** of the stems among the keys; an index tells them with SearchEngine.languages() */
  languages: Language[]
}

export interface AnalyzedPassage extends Pick<Passage, 'page' | 'text'> {
  /** exact words in order, and the first ones of the next passage */
  words: string[]
  /** of the keys of the text those that come from this passage and are none of its words */
  keys: string[]
  language: Language | undefined
}

/** BM25's k1 and b (Robertson and Zaragoza, 2009), and the length of a text that is neither short nor long. */
const K1 = 1.2
const B = 0.75
const TYPICAL_WORDS = 1_000
/** A word of a text of typical length is prominent from about six occurrences. */
const PROMINENT = 1.8

/** @param parts may be empty; NUL and unpaired surrogates separate words */
export async function analyzeDocument(title: string, parts: readonly TextPart[]): Promise<AnalyzedDocument> {
  const detect = await loadLanguageDetector()
  const passages = passagesOf(parts)
  const detected = passages.map(({ text }) => detect(text))
  const language = mostFrequent(detected)
  const languages = new Set<Language>()
  const relatedBy = new Map<string, RelatedKeysOf>()
  async function relatedFor({ certain, likely }: DetectedLanguage): Promise<RelatedKeysOf> {
    const own = certain === undefined && language !== undefined ? [language] : likely
    for (const each of own) languages.add(each)
    const name = own.join()
    let related = relatedBy.get(name)
    if (related === undefined) {
      const stemmers = await stemmersOf(own)
      relatedBy.set(name, (related = remembered((word) => [...relatedKeys(word, stemmers)])))
    }
    return related
  }

  const textKeys = new Set<string>()
  const passageKeys: string[][] = []
  const counts = new Map<string, number>()
  for (const [number, { tokens, text }] of passages.entries()) {
    for (const { word } of tokens) counts.set(word, (counts.get(word) ?? 0) + 1)
    const keys = new Set<string>()
    addKeys(keys, tokens, text, await relatedFor(detected[number]!))
    for (const key of keys) textKeys.add(key)
    for (const { word } of tokens) keys.delete(word)
    passageKeys.push([...keys])
  }
  for (const { otherForms = '' } of parts)
    addKeys(textKeys, tokensOf(otherForms), otherForms, await relatedFor(NOT_DETECTED))
  const titleTokens = tokensOf(title)
  const titleKeys = new Set<string>()
  addKeys(titleKeys, titleTokens, title, await relatedFor(detect(title)))
  return {
    titleWords: titleTokens.map(({ word }) => word),
    titleKeys: [...titleKeys],
    passages: passages.map(({ page, text, tokens, following }, number) => ({
      page,
      text,
      words: [...tokens.map(({ word }) => word), ...following],
      keys: passageKeys[number]!,
      language: detected[number]!.certain,
    })),
    textKeys: [...textKeys],
    prominentWords: prominentOf(counts),
    language,
    languages: [...languages],
  }
}

const NOT_DETECTED: DetectedLanguage = { certain: undefined, likely: [] }

function mostFrequent(detected: readonly DetectedLanguage[]): Language | undefined {
  const counts = new Map<Language, number>()
  for (const { certain } of detected)
    if (certain !== undefined) counts.set(certain, (counts.get(certain) ?? 0) + 1)
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0]
}

type RelatedKeysOf = (word: string) => readonly string[]

/** The words of a text repeat, and their keys cost most of the analysis. */
function remembered(keysOf: RelatedKeysOf): RelatedKeysOf {
  const known = new Map<string, readonly string[]>()
  return (word) => {
    let keys = known.get(word)
    if (keys === undefined) known.set(word, (keys = keysOf(word)))
    return keys
  }
}

/** Words in their exact form, their stems and other spellings, and the compounds of the text. */
function addKeys(
  keys: Set<string>,
  tokens: Iterable<Token>,
  text: string,
  relatedKeysOf: RelatedKeysOf,
): void {
  for (const { word, kind, start, end } of tokens) {
    keys.add(word)
    if (kind !== 'word') continue
    for (const key of relatedKeysOf(text.slice(start, end))) keys.add(key)
  }
  for (const { word } of compoundsOf(text)) keys.add(word)
}

function prominentOf(counts: ReadonlyMap<string, number>): string[] {
  const length = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const scale = K1 * (1 - B + (B * length) / TYPICAL_WORDS)
  const weight = (count: number): number => (count * (K1 + 1)) / (count + scale)
  return [...counts].flatMap(([word, count]) => (weight(count) >= PROMINENT ? [word] : []))
}
