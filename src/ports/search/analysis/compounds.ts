import { isBlank } from './characters.ts'
import { fold } from './fold.ts'
import { shorten } from './tokens.ts'

/**
 * Words that are written with or without separators: an IBAN, a telephone number, `15 000`, `e-mail`. A compound is all
 * of it without them. Where a text or a query has separators, its compounds are further keys of it, so that either form
 * finds the other.
 */

export interface Compound {
  /** UTF-16 code units of the text; `end` is exclusive */
  start: number
  end: number
  /** folded, letters and digits only, shortened like a token */
  word: string
}

const MIN_UNITS = 7
const MAX_UNITS = 34
const MIN_DIGITS = 5
const BLANK = ' \\u00a0\\u2009\\u202f'
/** Words joined by hyphens, with a letter: `e-mail`, `COVID-19`. */
const HYPHENATED = /(?<![\p{L}\p{N}\p{M}])[\p{L}\p{N}\p{M}]+(?:[-\u2010\u2011][\p{L}\p{N}\p{M}]+)+/gu
const LETTER = /\p{L}/u
/** Digits in groups with blanks between them, or as in India: `15 000`, `12,34,567`. */
const GROUPED = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:[1-9]\\d{0,2}(?:[${BLANK}]\\d{3})+|\\d{1,2}(?:,\\d{2})+,\\d{3})(?![\\p{L}\\p{N}])`,
  'gu',
)
/** An amount and its currency: `2450EUR`, `USD2,450.00`. */
const AMOUNT = /(?<![\p{L}\p{N}.,])(?:([A-Z]{3})(\d[\d.,]*)|(\d[\d.,]*)([A-Z]{3}))(?![\p{L}\p{N}])/gu
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))
const FRACTION = /(?:[.,]\d{1,2})?[.,]*$/
/** ISO 13616: country, check digits, and groups of four, of which the last one can be shorter. */
const IBAN = new RegExp(
  `(?<![A-Za-z0-9])[A-Za-z]{2}\\d{2}(?:[${BLANK}-][A-Za-z0-9]{4}){2,7}(?:[${BLANK}-][A-Za-z0-9]{1,3})?(?![A-Za-z0-9])`,
  'g',
)
const MIN_IBAN_UNITS = 15
/** Groups with a digit in each, apart from a short first one, with one or two separators between them. */
const REFERENCE = new RegExp(
  `(?<![\\p{L}\\p{N}])[A-Za-z]{0,4}\\d*(?:[${BLANK}./()+-]{1,2}[A-Za-z]{0,2}\\d[A-Za-z0-9]*)+(?:-[Xx](?![A-Za-z]))?`,
  'gu',
)
const GROUP = /[A-Za-z0-9]+/g
const NO_LETTER_OR_DIGIT = /[^\p{L}\p{N}\p{M}]/gu
const DIGITS = /\d/g
const ANY_DIGIT = /\d/

const HYPHEN = /[-\u2010\u2011]/g
/** Digits with so little between them that they may belong together: two groups of letters of an IBAN. */
const NEAR_DIGITS = /\d(?:\D{0,16}\d)*/g
/** What a compound has before its first and after its last digit at most; words are taken whole. */
const UNITS_AROUND = 16

export function* compoundsOf(text: string): Generator<Compound> {
  yield* hyphenatedOf(text)
  // Few places of a text can have a compound, and these expressions take long.
  for (const { text: part, start } of partsAround(text, NEAR_DIGITS, UNITS_AROUND))
    yield* withDigits(part, start)
  yield* acrossLines(text)
}

/** The only compounds that can be without a digit. */
export function* hyphenatedOf(text: string): Generator<Compound> {
  for (const { text: part, start } of partsAround(text, HYPHEN, 1))
    for (const { 0: match, index } of part.matchAll(HYPHENATED))
      if (LETTER.test(match)) yield compound(match, start + index)
}

function* withDigits(text: string, start: number): Generator<Compound> {
  for (const { 0: match, index } of text.matchAll(GROUPED)) yield compound(match, start + index)
  for (const { 0: match, 1: before, 2: after, 3: first, 4: last, index } of text.matchAll(AMOUNT)) {
    const number = (after ?? first)!.replace(FRACTION, '')
    if (CURRENCIES.has((before ?? last)!))
      yield { ...compound(match, start + index), word: number.replace(NO_LETTER_OR_DIGIT, '') }
  }
  yield* ibansOf(text, start)
  yield* referencesOf(text, start)
}

const ibansOf = (text: string, start: number): Compound[] =>
  Array.from(text.matchAll(IBAN), ({ 0: match, index }) => [...endings(match, start + index)]).flat()

const referencesOf = (text: string, start: number): Compound[] =>
  Array.from(text.matchAll(REFERENCE), ({ 0: match, index }) => [...beginnings(match, start + index)]).flat()

/** The matches with so many units on both sides, up to the next blanks. Parts follow each other. */
function* partsAround(
  text: string,
  expression: RegExp,
  units: number,
): Generator<{ text: string; start: number }> {
  let [start, end] = [0, 0]
  for (const { 0: match, index } of text.matchAll(expression)) {
    if (index - units >= end) {
      if (end > 0) yield { text: text.slice(start, end), start }
      for (start = index - units; start > end && !isBlank(text.charCodeAt(start - 1));) start--
    }
    end = Math.max(index + match.length + units, end)
    while (end < text.length && !isBlank(text.charCodeAt(end))) end++
  }
  if (end > 0) yield { text: text.slice(start, end), start }
}

const LINE_END = /\r?\n/g
/** Digits at the end of a line and at the beginning of the next one. */
const ENDS_IN_NUMBER = /\d[A-Za-z0-9 )]{0,8}[-/. ]?$/
const BEGINS_WITH_NUMBER = /^ ?\(?[A-Za-z]{0,4} ?\d/
/** Digits of a telephone number at most (E.164), which begins with 0, + or a parenthesis. */
const MAX_DIALLED = 15
/** More than a written compound has. */
const LINE_UNITS = 60

/** IBANs and telephone numbers that a line end divides. Numbers of a table that stand one below the other are none. */
function* acrossLines(text: string): Generator<Compound> {
  for (const { 0: lineEnd, index } of text.matchAll(LINE_END)) {
    const next = index + lineEnd.length
    const start = Math.max(text.lastIndexOf('\n', index - 1) + 1, index - LINE_UNITS)
    const before = text.slice(start, index)
    const [after] = text.slice(next, next + LINE_UNITS).split('\n', 1) as [string]
    if (!ENDS_IN_NUMBER.test(before) || !BEGINS_WITH_NUMBER.test(after)) continue
    const line = `${before} ${after}`
    for (const found of [
      ...ibansOf(line, 0),
      ...referencesOf(line, 0).filter((each) => isDialled(line, each)),
    ])
      if (found.start < before.length && found.end > before.length + 1)
        yield { ...found, start: found.start + start, end: found.end - before.length - 1 + next }
  }
}

const isDialled = (line: string, { start, word }: Compound): boolean =>
  word.length <= MAX_DIALLED && (word.startsWith('0') || '+('.includes(line[start - 1] ?? ' '))

const compound = (written: string, start: number): Compound => ({
  start,
  end: start + written.length,
  word: shorten(fold(written).replace(NO_LETTER_OR_DIGIT, '')),
})

/** The words after an IBAN can look like groups of it. */
function* endings(written: string, start: number): Generator<Compound> {
  for (const { 0: group, index } of written.matchAll(GROUP)) {
    const ending = compound(written.slice(0, index + group.length), start)
    if (ending.word.length >= MIN_IBAN_UNITS) yield ending
  }
}

/** What stands before a telephone number can look like a group of it: it also begins with `+`, `(`, 0, or the first digit. */
function* beginnings(written: string, start: number): Generator<Compound> {
  for (const { 0: group, index } of written.matchAll(GROUP)) {
    const before = written[index - 1] ?? ''
    const isFirst = index === 0 || !ANY_DIGIT.test(written.slice(0, index))
    if (!isFirst && !group.startsWith('0') && !'+('.includes(before)) continue
    const beginning = compound(written.slice(index), start + index)
    const digits = beginning.word.match(DIGITS)?.length ?? 0
    const { length } = beginning.word
    if (length >= MIN_UNITS && length <= MAX_UNITS && digits >= MIN_DIGITS) yield beginning
  }
}
