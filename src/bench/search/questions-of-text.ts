import { createHash } from 'node:crypto'

/** What an independent reader found in a file, as queries, and queries that must not find it. */
export interface TextQuestions {
  /** distinct words */
  words: string[]
  /** three or four words of one line, as they stand there */
  phrases: string[]
  /** the same in another order, which the text does not have */
  noPhrases: string[]
  /** such as `REF-2024-0017`, `5.1(a)` */
  identifiers: string[]
  /** identifiers with another digit, which the text does not have */
  noIdentifiers: string[]
}

export interface QuestionLimits {
  words: number
  phrases: number
  identifiers: number
}

/** Units; longer ones are data, such as keys in Base64. */
const MAX_WORD = 64
/** Words of one line; longer ones are data. */
const MAX_PHRASE = 200
const IDENTIFIER =
  /(?<![\p{L}\p{N}\p{M}])[\p{L}\p{N}][\p{L}\p{N}.,/_+()-]{2,30}[\p{L}\p{N})](?![\p{L}\p{N}\p{M}])/gu
/** Such as fillers of Hangul. */
const IGNORABLE = /^\p{Default_Ignorable_Code_Point}+$/u
const isIdentifier = (text: string): boolean => /\p{N}/u.test(text) && /[^\p{N}]/u.test(text)

interface Word {
  text: string
  start: number
  end: number
}

/** @param seed which of the words, phrases and identifiers are taken, where there are more */
export function questionsOfText(
  text: string,
  language: string,
  { limits, seed }: { limits: QuestionLimits; seed: string },
): TextQuestions {
  const segmenter = new Intl.Segmenter(language, { granularity: 'word' })
  const some = (values: Iterable<string>, limit: number): string[] =>
    sample([...new Set(values)], limit, seed)
  const lines = text
    .normalize('NFKC')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
  const wordsOf = (line: string): Word[] =>
    [...segmenter.segment(line)].flatMap(({ segment, index, isWordLike }) =>
      isWordLike && !IGNORABLE.test(segment)
        ? [{ text: segment, start: index, end: index + segment.length }]
        : [],
    )
  const byLine = lines.map((line) => ({ line, words: wordsOf(line) }))
  const words = some(
    byLine.flatMap(({ words }) => words.map(({ text }) => text.toLowerCase())).filter(isUsualWord),
    limits.words,
  )
  const phrases = some(byLine.flatMap(phrasesOfLine), limits.phrases)
  const sequence = ` ${byLine.flatMap(({ words }) => words.map(({ text }) => folded(text))).join(' ')} `
  const noPhrases = phrases
    .map((phrase) => reordered(wordsOf(phrase).map(({ text }) => text)))
    .filter((words) => words.length > 0 && !sequence.includes(` ${words.map(folded).join(' ')} `))
    .map((words) => words.join(' '))
  const identifiers = some(
    lines.flatMap((line) => line.match(IDENTIFIER) ?? []).filter(isIdentifier),
    limits.identifiers,
  )
  const compact = compactOf(lines.join(''))
  const noIdentifiers = identifiers
    .map((identifier) => identifier.replace(/\p{N}(?=\P{N}*$)/u, (digit) => (digit === '7' ? '3' : '7')))
    .filter((identifier) => !compact.includes(compactOf(identifier)))
  return { words, phrases, noPhrases, identifiers, noIdentifiers }
}

const isUsualWord = (word: string): boolean => word.length <= MAX_WORD

/** One phrase of each line, from its middle. */
function phrasesOfLine({ line, words }: { line: string; words: Word[] }): string[] {
  const count = words.length % 2 === 0 ? 3 : 4
  if (words.length < count) return []
  const first = Math.floor((words.length - count) / 2)
  const phrase = line.slice(words[first]!.start, words[first + count - 1]!.end)
  return phrase.length > MAX_PHRASE || phrase.includes('"') ? [] : [phrase]
}

/** The second word before the first one; empty where words are alike. */
function reordered([first, second, ...others]: string[]): string[] {
  const words = [second!, first!, ...others]
  return new Set(words.map(folded)).size < words.length ? [] : words
}

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
const compactOf = (text: string): string => folded(text).replace(/[^\p{L}\p{N}]/gu, '')

function sample(values: string[], limit: number, seed: string): string[] {
  if (values.length <= limit) return values
  const order = new Map(
    values.map((value) => [
      value,
      createHash('md5')
        .update(seed + value)
        .digest('hex'),
    ]),
  )
  return values.sort((one, other) => (order.get(one)! < order.get(other)! ? -1 : 1)).slice(0, limit)
}
