import type { TextPart } from '../../../domain/text-part.ts'
import { compoundsOf } from './compounds.ts'
import { detectLanguage, type Language } from './languages.ts'
import { type Passage, passagesOf } from './passages.ts'
import { type StemWord, stemmerOf } from './stems.ts'
import { type Token, tokensOf } from './tokens.ts'
import { variantsOf } from './variants.ts'

/** What an index keeps of the words of a document. */
export interface AnalyzedDocument {
  /** in order, exact */
  titleWords: string[]
  /** what a search for single words in the title looks for: exact words, stems and variants, each once */
  titleKeys: string[]
  passages: AnalyzedPassage[]
  /** the same of the whole text */
  textKeys: string[]
  /** of these the exact words that the text is about: by their share in it, as BM25 weighs it */
  prominentWords: string[]
}

export interface AnalyzedPassage extends Pick<Passage, 'page' | 'text'> {
  /** exact words in order, and the first ones of the next passage */
  words: string[]
  language: Language | undefined
}

/** BM25's k1 and b (Robertson and Zaragoza, 2009), and the length of a text that is neither short nor long. */
const K1 = 1.2
const B = 0.75
const TYPICAL_WORDS = 1_000
/** A word of a text of typical length is prominent from about six occurrences. */
const PROMINENT = 1.8

export async function analyzeDocument(title: string, parts: readonly TextPart[]): Promise<AnalyzedDocument> {
  const passages = passagesOf(parts)
  const languages = passages.map(({ text }) => detectLanguage(text))
  const keys = new Set<string>()
  const counts = new Map<string, number>()
  let length = 0
  for (const [number, { tokens, text }] of passages.entries()) {
    const stem = await stemmerOf(languages[number])
    for (const token of tokens) {
      counts.set(token.word, (counts.get(token.word) ?? 0) + 1)
      addKeys(keys, token, text, stem)
    }
    for (const compound of compoundsOf(text)) keys.add(compound)
    length += tokens.length
  }
  const titleTokens = [...tokensOf(title)]
  const titleKeys = new Set(compoundsOf(title))
  const stemTitle = await stemmerOf(detectLanguage(title) ?? languages[0])
  for (const token of titleTokens) addKeys(titleKeys, token, title, stemTitle)
  return {
    titleWords: titleTokens.map(({ word }) => word),
    titleKeys: [...titleKeys],
    passages: passages.map(({ page, text, tokens, following }, number) => ({
      page,
      text,
      words: [...tokens.map(({ word }) => word), ...following],
      language: languages[number],
    })),
    textKeys: [...keys],
    prominentWords: prominentOf(counts, length),
  }
}

/** A word in its exact form, its stem, and its other spellings. */
function addKeys(keys: Set<string>, { word, kind, start, end }: Token, text: string, stem: StemWord): void {
  keys.add(word)
  if (kind !== 'word') return
  const written = text.slice(start, end).normalize('NFC').toLowerCase()
  const stemmed = stem(written)
  if (stemmed !== undefined) keys.add(stemmed)
  for (const variant of variantsOf(written)) keys.add(variant)
}

function prominentOf(counts: ReadonlyMap<string, number>, length: number): string[] {
  const scale = K1 * (1 - B + (B * length) / TYPICAL_WORDS)
  const weight = (count: number): number => (count * (K1 + 1)) / (count + scale)
  return [...counts].flatMap(([word, count]) => (weight(count) >= PROMINENT ? [word] : []))
}
