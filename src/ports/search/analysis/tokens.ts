import { createHash } from 'node:crypto'
import { type Folded, foldText } from './fold.ts'

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
const WORD_CHARACTER = '\\p{L}\\p{N}\\p{M}'
/**
 * Digits in groups of three are one number: `2,450`, `1.234.567`, `1'000`, and with no-break spaces, which are folded
 * to spaces. All groups have the same separator: addresses and versions (`192.168.1.1`) are no numbers. A comma or point
 * before other digits separates words, so that a decimal fraction follows its number.
 */
const numberWith = (separators: string, character: string): string =>
  `(?<!${character}|\\d[${separators}])` +
  `(?<number>[1-9]\\d{0,2}(?<separator>[${separators}])\\d{3}(?:\\k<separator>\\d{3})*)` +
  `(?!${character}|\\k<separator>\\d)`
const SPACED = `(?![${UNSPACED}])[${WORD_CHARACTER}]`
const TOKEN = new RegExp(
  [
    numberWith(".,'\u2019 ", SPACED),
    `(?<unspaced>(?:(?=[${WORD_CHARACTER}])[${UNSPACED}])+)`,
    `(?:${SPACED})+`,
  ].join('|'),
  'gu',
)
/** The same for ASCII, which most of a text is. */
const ASCII_TOKEN = new RegExp(`${numberWith(".,'", '[A-Za-z0-9]')}|[A-Za-z0-9]+`, 'g')
const NO_DIGIT = /\D/g
/** Other spaces, such as the no-break space between groups of digits, are separators within a piece. */
const PIECE = /[^\t-\r ]+/g

/** The words of a text, in order. Documents and queries are split in the same way. */
export function* tokensOf(text: string): Generator<Token> {
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    const folded = foldText(piece)
    if (folded === undefined) yield* asciiTokens(piece, index)
    else yield* foldedTokens(folded, index)
  }
}

function* asciiTokens(piece: string, offset: number): Generator<Token> {
  for (const { 0: match, index, groups } of piece.matchAll(ASCII_TOKEN)) {
    const start = offset + index
    const word = groups!['number']?.replace(NO_DIGIT, '') ?? match.toLowerCase()
    yield { start, end: start + match.length, word: shorten(word), kind: 'word' }
  }
}

function* foldedTokens({ text, starts, ends }: Folded, offset: number): Generator<Token> {
  const between = (from: number, to: number) => ({
    start: offset + starts[from]!,
    end: offset + ends[to - 1]!,
  })
  for (const { 0: match, index, groups } of text.matchAll(TOKEN)) {
    const { number, unspaced } = groups!
    if (unspaced === undefined) {
      const word = shorten(number?.replace(NO_DIGIT, '') ?? match)
      yield { ...between(index, index + match.length), word, kind: 'word' }
      continue
    }
    const characters = [...unspaced]
    let from = index
    for (const [place, character] of characters.entries()) {
      const next = characters[place + 1] ?? ''
      const word = character + next
      yield { ...between(from, from + word.length), word, kind: next === '' ? 'last' : 'pair' }
      from += character.length
    }
  }
}

/** A word of at most MAX_WORD_UNITS; those that are alike at their beginning only stay different. */
export function shorten(word: string): string {
  if (word.length <= MAX_WORD_UNITS) return word
  const digest = createHash('sha256').update(word).digest('hex').slice(0, DIGEST_UNITS)
  return word.slice(0, BEGINNING_UNITS).toWellFormed() + digest
}

/** The folded words alone. */
export const wordsOf = (text: string): string[] => Array.from(tokensOf(text), ({ word }) => word)
