import { createHash } from 'node:crypto'
import { isBlank, propertyOf, unitsOf } from './characters.ts'
import { foldText, isAscii } from './fold.ts'

/** A word of a text. Offsets are in UTF-16 code units of the text, `end` is exclusive. */
export interface Token {
  start: number
  end: number
  /** folded, at most MAX_WORD_UNITS code units */
  word: string
  /**
   * In scripts without spaces each character is a token of itself and the character after it. The last one of a run is
   * alone; it is `isLast`, and in a query the tokens before it say all.
   */
  kind: 'word' | 'pair' | 'last'
}

/** UTF-16 code units of a word; a longer one keeps its beginning and a digest of all of it. */
const MAX_WORD_UNITS = 64
const DIGEST_UNITS = 12
/** All words that begin alike have so many first units in common, long ones too. */
export const BEGINNING_UNITS = MAX_WORD_UNITS - DIGEST_UNITS

/** Scripts whose words are not separated by spaces, and Hangul, where particles are joined to words. */
const UNSPACED = [
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Bopomofo',
  'Yi',
  'Thai',
  'Lao',
  'Khmer',
  'Myanmar',
]
  .concat(['Tibetan', 'Javanese', 'Balinese', 'Tai_Le', 'New_Tai_Lue', 'Tai_Tham'])
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join('')
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u
const UNSPACED_CHARACTER = new RegExp(`[${UNSPACED}]`, 'u')
const SEPARATOR = 0
const SPACED_WORD = 1
const UNSPACED_WORD = 2
const typeOf = propertyOf((character) => {
  if (!WORD_CHARACTER.test(character)) return SEPARATOR
  return UNSPACED_CHARACTER.test(character) ? UNSPACED_WORD : SPACED_WORD
})
/**
 * Digits in groups of three are one number: `2,450`, `1.234.567`, `1'000`, and with no-break spaces, which are folded
 * to spaces. All groups have the same separator: addresses and versions (`192.168.1.1`) are no numbers. A comma or point
 * before other digits separates words, so that a decimal fraction follows its number.
 */
const NUMBER =
  /(?<!\d[.,'\u2019 ])[1-9]\d{0,2}(?<separator>[.,'\u2019 ])\d{3}(?:\k<separator>\d{3})*(?!\k<separator>\d)/y
const NO_DIGIT = /\D/g

/** The words of a text, in order. Documents and queries are split in the same way. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  forEachToken(text, (start, end, word, kind) => tokens.push({ start, end, word, kind }))
  return tokens
}

/** The properties of a Token. */
type AddToken = (start: number, end: number, word: string, kind: Token['kind']) => void

/**
 * Calls `add` for each word of a text: without objects, for who only looks at them.
 * @param isEnough whether what follows the next blank is left out
 */
export function forEachToken(text: string, add: AddToken, isEnough: () => boolean = () => false): void {
  const lower = isAscii(text) ? text.toLowerCase() : undefined
  // Other spaces, such as the no-break space between groups of digits, are separators within a piece.
  for (let start = 0; start < text.length; start++) {
    const begin = start
    while (start < text.length && !isBlank(text.charCodeAt(start))) start++
    if (start === begin) continue
    if (lower === undefined) addFolded(text.slice(begin, start), begin, add)
    else addTokens(lower.slice(begin, start), begin, add)
    if (isEnough()) return
  }
}

function addFolded(piece: string, offset: number, add: AddToken): void {
  const folded = foldText(piece)
  if (folded === undefined) return addTokens(piece.toLowerCase(), offset, add)
  const { text, starts, ends } = folded
  addTokens(text, 0, (from, to, word, kind) =>
    add(offset + starts[from]!, offset + ends[to - 1]!, word, kind),
  )
}

/** @param text folded, without blanks */
function addTokens(text: string, offset: number, add: AddToken): void {
  for (let at = 0; at < text.length;) {
    const type = typeAt(text, at)
    if (type === SEPARATOR) {
      at += unitsOf(text.codePointAt(at)!)
      continue
    }
    const number = type === SPACED_WORD ? endOfNumber(text, at) : undefined
    const end = number ?? endOfRun(text, at)
    if (type === UNSPACED_WORD) addPairs(text, { start: at, end, offset }, add)
    else {
      const written = text.slice(at, end)
      const word = shorten(number === undefined ? written : written.replace(NO_DIGIT, ''))
      add(offset + at, offset + end, word, 'word')
    }
    at = end
  }
}

const typeAt = (text: string, at: number): number =>
  at < text.length ? typeOf(text.codePointAt(at)!) : SEPARATOR

function endOfRun(text: string, start: number): number {
  const type = typeAt(text, start)
  let end = start
  while (typeAt(text, end) === type) end += unitsOf(text.codePointAt(end)!)
  return end
}

function endOfNumber(text: string, start: number): number | undefined {
  const unit = text.charCodeAt(start)
  if (unit < FIRST_DIGIT || unit > LAST_DIGIT) return undefined
  NUMBER.lastIndex = start
  if (!NUMBER.test(text)) return undefined
  const end = NUMBER.lastIndex
  return typeAt(text, end) === SPACED_WORD ? undefined : end
}

const FIRST_DIGIT = 0x31
const LAST_DIGIT = 0x39

interface Run {
  start: number
  end: number
  offset: number
}

function addPairs(text: string, { start, end, offset }: Run, add: AddToken): void {
  for (let from = start; from < end;) {
    const next = from + unitsOf(text.codePointAt(from)!)
    const to = next < end ? next + unitsOf(text.codePointAt(next)!) : next
    add(offset + from, offset + to, text.slice(from, to), next < end ? 'pair' : 'last')
    from = next
  }
}

/** A word of at most MAX_WORD_UNITS; those that are alike at their beginning only stay different. */
export function shorten(word: string): string {
  if (word.length <= MAX_WORD_UNITS) return word
  const digest = createHash('sha256').update(word).digest('hex').slice(0, DIGEST_UNITS)
  return word.slice(0, BEGINNING_UNITS).toWellFormed() + digest
}

/** The folded words alone. */
export const wordsOf = (text: string): string[] => tokensOf(text).map(({ word }) => word)
