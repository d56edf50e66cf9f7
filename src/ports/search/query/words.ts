/** A word in a text. Offsets are in UTF-16 code units, `end` is exclusive. */
export interface Word {
  start: number
  end: number
  /** folded: lower case, without accents, letters and digits only, at most 64 code units */
  word: string
}

/** Runs without ASCII punctuation or space. Most are all ASCII, and then a word. */
const RUN = /[0-9A-Za-z\u0080-\uffff]+/g
const WORD = /[\p{L}\p{N}\p{M}]+/gu
/** Scripts without spaces between words: each character is a word, and a run of them a phrase. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u
const UNSPACED_OR_RUN = new RegExp(`${UNSPACED.source}|(?:(?!${UNSPACED.source})[\\p{L}\\p{N}\\p{M}])+`, 'gu')
// eslint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/
const COMBINING_MARKS = /[\u0300-\u036f]/g
const NO_LETTER_OR_DIGIT = /[^\p{L}\p{N}\p{M}]/gu
const MAX_WORD_UNITS = 64

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
}
const UNDECOMPOSED = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g')

/** The words of a text, in order. Documents and queries are split in the same way. */
export function* wordsOf(text: string): Generator<Word> {
  for (const run of text.matchAll(RUN)) {
    if (ASCII.test(run[0])) {
      yield { start: run.index, end: run.index + run[0].length, word: fold(run[0]) }
      continue
    }
    for (const match of run[0].matchAll(UNSPACED.test(run[0]) ? UNSPACED_OR_RUN : WORD)) {
      const word = fold(match[0])
      const start = run.index + match.index
      if (word !== '') yield { start, end: start + match[0].length, word }
    }
  }
}

/** The folded words alone. */
export function foldedWords(text: string): string[] {
  return Array.from(wordsOf(text), ({ word }) => word)
}

// The lookbehind lets a match begin only where a run does; otherwise a long run would be searched from each character.
const RUN_BEYOND_ASCII = /(?<![0-9A-Za-z\u0080-\uffff])[0-9A-Za-z]*[\u0080-\uffff][0-9A-Za-z\u0080-\uffff]*/g
const BETWEEN_WORDS = /[^0-9A-Za-z\u0080-\uffff]+/g

/** The folded words, separated by spaces. For a large text much faster than word by word. */
export function foldedText(text: string): string {
  const plain = ASCII.test(text) ? text : text.replace(RUN_BEYOND_ASCII, (run) => foldedWords(run).join(' '))
  const folded = plain.replace(BETWEEN_WORDS, ' ').trim().toLowerCase()
  if (!hasLongWord(folded)) return folded
  return folded
    .split(' ')
    .map((word) => word.slice(0, MAX_WORD_UNITS))
    .join(' ')
}

function hasLongWord(folded: string): boolean {
  let start = 0
  for (let end = folded.indexOf(' '); end !== -1; end = folded.indexOf(' ', start)) {
    if (end - start > MAX_WORD_UNITS) return true
    start = end + 1
  }
  return folded.length - start > MAX_WORD_UNITS
}

function fold(word: string): string {
  const cut = word.length > MAX_WORD_UNITS ? word.slice(0, MAX_WORD_UNITS) : word
  if (ASCII.test(cut)) return cut.toLowerCase()
  return cut
    .normalize('NFKD')
    .replace(COMBINING_MARKS, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(UNDECOMPOSED, (letter) => LETTERS[letter]!)
    .replace(NO_LETTER_OR_DIGIT, '')
    .slice(0, MAX_WORD_UNITS)
}
