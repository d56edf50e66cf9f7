import { LRUCache } from 'lru-cache'
import { fold } from './fold.ts'

/**
 * Snowball's stemmers (https://snowballstem.org). A key is the stem and its language, so that a stem of one language
 * is not taken for a word of another. Stemmers see accents, which many of their rules need; the stem is folded.
 */
const STEMMERS = {
  ar: () => import('@orama/stemmers/arabic'),
  bg: () => import('@orama/stemmers/bulgarian'),
  da: () => import('@orama/stemmers/danish'),
  de: () => import('@orama/stemmers/german'),
  el: () => import('@orama/stemmers/greek'),
  en: () => import('@orama/stemmers/english'),
  es: () => import('@orama/stemmers/spanish'),
  fi: () => import('@orama/stemmers/finnish'),
  fr: () => import('@orama/stemmers/french'),
  hi: () => import('@orama/stemmers/indian'),
  hu: () => import('@orama/stemmers/hungarian'),
  hy: () => import('@orama/stemmers/armenian'),
  id: () => import('@orama/stemmers/indonesian'),
  it: () => import('@orama/stemmers/italian'),
  lt: () => import('@orama/stemmers/lithuanian'),
  nl: () => import('@orama/stemmers/dutch'),
  no: () => import('@orama/stemmers/norwegian'),
  pt: () => import('@orama/stemmers/portuguese'),
  ro: () => import('@orama/stemmers/romanian'),
  ru: () => import('@orama/stemmers/russian'),
  sr: () => import('@orama/stemmers/serbian'),
  sv: () => import('@orama/stemmers/swedish'),
  ta: () => import('@orama/stemmers/tamil'),
  tr: () => import('@orama/stemmers/turkish'),
}

export type StemmedLanguage = keyof typeof STEMMERS

/** Makes the key of a word's stem; undefined where the stem is the word itself. @param written with accents */
export type StemWord = (written: string) => string | undefined

const none: StemWord = () => undefined
const loaded = new Map<StemmedLanguage, Promise<StemWord>>()

const isStemmed = (language: string): language is StemmedLanguage => Object.hasOwn(STEMMERS, language)

/** Stemmers are loaded when a text in their language is seen first. @param language ISO 639-1 */
export function stemmerOf(language: string | undefined): Promise<StemWord> {
  if (language === undefined || !isStemmed(language)) return Promise.resolve(none)
  let stem = loaded.get(language)
  if (stem === undefined) loaded.set(language, (stem = load(language)))
  return stem
}

/** words of a language; about 100 bytes each */
const CACHE_SIZE = 20_000

async function load(language: StemmedLanguage): Promise<StemWord> {
  const { stemmer } = (await STEMMERS[language]()) as { stemmer: (word: string) => string }
  const cache = new LRUCache<string, string>({ max: CACHE_SIZE })
  return (written) => {
    let stem = cache.get(written)
    if (stem === undefined) cache.set(written, (stem = fold(stemmer(written))))
    return stem === '' || stem === fold(written) ? undefined : stemKey(stem, language)
  }
}

/** Not ASCII, so that tokenizers of any index take it for a letter, and no word has it. */
const stemKey = (stem: string, language: StemmedLanguage): string => `${stem}\u00b7${language}`

/** The languages whose stemmers are there. */
export const STEMMED_LANGUAGES = Object.keys(STEMMERS) as readonly StemmedLanguage[]
