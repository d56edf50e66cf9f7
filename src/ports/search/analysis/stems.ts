import { LRUCache } from 'lru-cache'
import { fold } from './fold.ts'
import type { Language } from '../../../runtime/detect-language.ts'
import { LIGHT_STEMMERS, lightStemmer } from './light-stemmers.ts'

/** The one article of nouns that the stemmer of Swedish leaves. */
const cutArticle = lightStemmer('et ets')

type Stemmer = (word: string) => string
type LoadStemmer = () => Promise<{ stemmer: Stemmer }>

/**
 * Snowball's stemmers (https://snowballstem.org) by ISO 639-1, and those of light-stemmers.ts, of the languages that
 * languages.ts detects. A key is the stem and its
 * language, so that a stem of one language is not taken for a word of another. Stemmers see accents, which many of their
 * rules need; the stem is folded.
 */
const STEMMERS: Record<Language, LoadStemmer> = {
  ar: () => import('@orama/stemmers/arabic'),
  be: () => import('@orama/stemmers/russian'),
  ca: () => import('@orama/stemmers/spanish'),
  da: () => import('@orama/stemmers/danish'),
  de: () => import('@orama/stemmers/german'),
  el: () => import('@orama/stemmers/greek'),
  en: () => import('@orama/stemmers/english'),
  es: () => import('@orama/stemmers/spanish'),
  fi: () => import('@orama/stemmers/finnish'),
  fr: () => import('@orama/stemmers/french'),
  hi: () => import('@orama/stemmers/indian'),
  hr: () => import('@orama/stemmers/serbian'),
  hu: () => import('@orama/stemmers/hungarian'),
  hy: () => import('@orama/stemmers/armenian'),
  it: () => import('@orama/stemmers/italian'),
  lt: () => import('@orama/stemmers/lithuanian'),
  // The detector takes Hindi for Marathi, and Indonesian for Malay.
  mr: () => import('@orama/stemmers/indian'),
  ms: () => import('@orama/stemmers/indonesian'),
  nl: () => import('@orama/stemmers/dutch'),
  no: () => import('@orama/stemmers/norwegian'),
  pt: () => import('@orama/stemmers/portuguese'),
  ro: () => import('@orama/stemmers/romanian'),
  ru: () => import('@orama/stemmers/russian'),
  sr: () => import('@orama/stemmers/serbian'),
  sv: async () => {
    const { stemmer } = await import('@orama/stemmers/swedish')
    return { stemmer: (word) => cutArticle(stemmer(word)) }
  },
  ta: () => import('@orama/stemmers/tamil'),
  tr: () => import('@orama/stemmers/turkish'),
  uk: () => import('@orama/stemmers/ukrainian'),
  ...Object.fromEntries(
    Object.entries(LIGHT_STEMMERS).map(([language, stemmer]) => [
      language,
      () => Promise.resolve({ stemmer }),
    ]),
  ),
}
/** Some of their endings are only seen when others are gone. */
const REPEATED = new Set<Language>(['az', 'el', 'tr'])

/** The languages that have a stemmer. */
export const STEMMED_LANGUAGES: readonly Language[] = Object.keys(STEMMERS)

/** Makes the key of a word's stem; undefined where there is none. @param written a word with accents, by writtenForm() */
export type StemKeyOf = (written: string) => string | undefined

const loaded = new Map<Language, Promise<StemKeyOf>>()

const isStemmed = (language: Language): boolean => Object.hasOwn(STEMMERS, language)

/** The stemmers of those of the languages that have one. They are loaded when they are needed first. */
export async function stemmersOf(languages: readonly Language[]): Promise<StemKeyOf[]> {
  return Promise.all(
    languages.filter(isStemmed).map((language) => {
      let stemmer = loaded.get(language)
      if (stemmer === undefined) loaded.set(language, (stemmer = load(language)))
      return stemmer
    }),
  )
}

/** words of a language; about 100 bytes each */
const CACHE_SIZE = 20_000
/** What has a digit is no word of a language. */
const LETTERS = /^[\p{L}\p{M}]+$/u
/** No word is longer, and a stemmer's time can grow with the square of the length. */
const MAX_STEMMED_UNITS = 64

async function load(language: Language): Promise<StemKeyOf> {
  const { stemmer } = await STEMMERS[language]!()
  const stemOf: Stemmer = REPEATED.has(language) ? (word) => stemmer(stemmer(word)) : stemmer
  const cache = new LRUCache<string, string>({ max: CACHE_SIZE })
  function keyOf(written: string): string {
    const stem = written.length <= MAX_STEMMED_UNITS && LETTERS.test(written) ? fold(stemOf(written)) : ''
    return stem === '' ? '' : stemKey(stem, language)
  }
  return (written) => {
    let key = cache.get(written)
    if (key === undefined) cache.set(written, (key = keyOf(written)))
    return key === '' ? undefined : key
  }
}

/** The middle dot is not ASCII, so that the tokenizer of any index takes it for a letter, and no word has it. */
const stemKey = (stem: string, language: Language): string => `${stem}\u00b7${language}`

/** The stem of a key that is that of one; undefined for a word. */
export function wordOfStem(key: string): string | undefined {
  const end = key.indexOf('\u00b7')
  return end === -1 ? undefined : key.slice(0, end)
}

/** The keys, and the stems among them as words: an index keeps a stem that is a word of the same text as that only. */
export const withWordsOfStems = (keys: readonly string[]): string[] => [
  ...new Set(keys.flatMap((key) => [key, wordOfStem(key) ?? key])),
]
