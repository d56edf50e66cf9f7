/**
 * The form of a text in which it is compared: compatibility forms replaced (NFKC), lower case, without accents and
 * ignorable characters. What counts as an accent is decided by Unicode's properties, not by ranges.
 */
import { LRUCache } from 'lru-cache'
import { propertyOf, unitsOf } from './characters.ts'

const MAX_CACHED_UNITS = 8

/** A folded text, and for each of its UTF-16 code units the part of the original that it comes from. */
export interface Folded {
  text: string
  /** offsets in the original, in UTF-16 code units; `ends` is exclusive */
  starts: number[]
  ends: number[]
}

/**
 * What changes the form of the character before it: marks, ignorable characters, halfwidth sound marks of kana, and the
 * vowels and finals of decomposed Hangul.
 */
const EXTENDER = /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\uff9e\uff9f\u1160-\u11ff]/u
const isExtender = propertyOf((character) => Number(EXTENDER.test(character)))
/** The vowel E of Kirat Rai, which other vowels of the script are composed with. It is a letter, and no mark. */
const KIRAT_RAI_E = 0x16d67
const isKiratRaiVowel = (codePoint: number): boolean => codePoint >= 0x16d63 && codePoint <= 0x16d6a
const extendsCharacter = (next: number, before: number): boolean =>
  isExtender(next) > 0 || (next === KIRAT_RAI_E && isKiratRaiVowel(before))
/** Format characters, variation selectors, and the tatweel, which only stretches a word. */
const IGNORABLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u0640]/gu
/**
 * Marks that a reader may leave out: accents of any script, and vowel signs of Arabic and Hebrew. The sound marks of
 * kana (U+3099, U+309A) make another letter, and other vowel signs are letters of their scripts.
 */
const ACCENT =
  /(?![\u3099\u309a])(?=[\p{Mn}\p{Me}])[\p{Me}\p{Diacritic}\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}]/gu
/**
 * Symbols and numbers whose compatibility form has letters or digits: `1½`, `Acme™`, `㈱`, `①`. They are words of
 * their own, apart from digits set higher or lower, which belong to what they stand at: `CO₂`, `m²`.
 */
const SYMBOL = /^(?![\u00b2\u00b3\u00b9\u2070-\u2089])[\p{S}\p{No}]/u
const DECIMAL_DIGIT = /\p{Nd}/gu

/** Letters that do not decompose into a base letter and an accent. */
const LETTERS: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ς: 'σ',
  ə: 'e',
  ɓ: 'b',
  ɗ: 'd',
  ƙ: 'k',
  ĸ: 'k',
  // separators of Arabic numbers
  '\u066b': '.',
  '\u066c': ',',
}
// Apostrophes that are letters separate words like the others: п'ять, Qur'an.
for (const apostrophe of '\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u02ee\ua78c')
  LETTERS[apostrophe] = "'"
const UNDECOMPOSED = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g')

// eslint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/
export const isAscii = (text: string): boolean => ASCII.test(text)

/** @returns undefined when the text is ASCII: then it is folded by `toLowerCase`, and all offsets stay the same */
export function foldText(original: string): Folded | undefined {
  if (ASCII.test(original)) return undefined
  const folded: Folded = { text: '', starts: [], ends: [] }
  for (let start = 0; start < original.length;) {
    const first = original.codePointAt(start)!
    let end = start + unitsOf(first)
    const single = end
    let before = first
    for (let next; (next = original.codePointAt(end)) !== undefined && extendsCharacter(next, before);) {
      end += unitsOf(next)
      before = next
    }
    const text = end === single ? foldCharacter(first) : foldCluster(original.slice(start, end))
    folded.text += text
    for (let unit = 0; unit < text.length; unit++) {
      folded.starts.push(start)
      folded.ends.push(end)
    }
    start = end
  }
  return folded
}

/** The folded text alone. */
export const fold = (text: string): string => foldText(text)?.text ?? text.toLowerCase()

const characters = new Map<number, string>()

function foldCharacter(codePoint: number): string {
  let folded = characters.get(codePoint)
  if (folded === undefined)
    characters.set(codePoint, (folded = normalizeCluster(String.fromCodePoint(codePoint))))
  return folded
}

/** A character with extenders; a text has few different ones, and normalizing each again costs most of the time. */
const cache = new LRUCache<string, string>({ max: 20_000 })

function foldCluster(cluster: string): string {
  let folded = cache.get(cluster)
  if (folded === undefined) {
    folded = normalizeCluster(cluster)
    if (cluster.length <= MAX_CACHED_UNITS) cache.set(cluster, folded)
  }
  return folded
}

function normalizeCluster(cluster: string): string {
  const plain = cluster
    .normalize('NFKD')
    .replace(IGNORABLE, '')
    .replace(ACCENT, '')
    .normalize('NFC')
    .toLowerCase()
    // Lower case of İ has a mark again.
    .replace(ACCENT, '')
    .replace(UNDECOMPOSED, (letter) => LETTERS[letter]!)
    .replace(DECIMAL_DIGIT, (digit) => String(valueOf(digit)))
  return SYMBOL.test(cluster) && plain !== cluster ? ` ${plain} ` : plain
}

/** Unicode has the ten digits of a script in a row, from 0. */
function valueOf(digit: string): number {
  const code = digit.codePointAt(0)!
  let below = 0
  while (String.fromCodePoint(code - below - 1).match(DECIMAL_DIGIT) !== null) below++
  return below % 10
}

/** A word as it is written, for rules that need its accents: lower case, composed, without ignorable characters. */
export const writtenForm = (word: string): string =>
  ASCII.test(word)
    ? word.toLowerCase()
    : word
        .normalize('NFKC')
        .replace(IGNORABLE, '')
        .toLowerCase()
        .replace(/i\u0307/g, 'i')
