/** Expressions of FTS5's query language (https://sqlite.org/fts5.html, 3) for matches of a plan. */
import { withWordsOfStems } from '../analysis/stems.ts'
import { WORDS_FIELDS, type WordsField } from '../fields.ts'
import type {
  PhraseMatch,
  PlanAlternative,
  PlanClause,
  PlanMatch,
  PrefixMatch,
  WordMatch,
} from '../query/query-plan.ts'
import { relatedColumn } from './columns.ts'

/** The columns with words as texts have them. */
export const TEXT_COLUMNS = [...WORDS_FIELDS, 'text'].join(' ')

/** A key that every document has, so that "all but" can be asked. It is no word. */
export const EVERY_DOCUMENT = '\u00b7'
const ALL = `"${EVERY_DOCUMENT}"`

const quoted = (key: string): string => `"${key.replaceAll('"', '""')}"`
const within = (columns: string, expression: string): string => `({${columns}} : (${expression}))`

/** The token of a reader: a word has no middle dot, and hexadecimal digits keep every subject apart. */
export const readerToken = (subject: string): string =>
  `${EVERY_DOCUMENT}${Buffer.from(subject).toString('hex')}`

/**
 * The token of a word that a text is about. In a column of its own FTS5 would read all documents with the word to find none
 * that has it there.
 */
export const prominentToken = (word: string): string => `${word}${EVERY_DOCUMENT}${EVERY_DOCUMENT}`

/** The token of a key of the title, for the same reason. */
export const titleToken = (key: string): string => `${key}${EVERY_DOCUMENT}${EVERY_DOCUMENT}${EVERY_DOCUMENT}`

/** Documents that one of these subjects may read. */
export const readersExpression = (subjects: readonly string[]): string =>
  within('readers', anyKey(subjects.map(readerToken)))

export const anyOf = (expressions: readonly string[]): string => `(${expressions.join(' OR ')})`
export const allOf = (expressions: readonly string[]): string => `(${expressions.join(' AND ')})`
const anyKey = (keys: readonly string[]): string => anyOf([...new Set(keys)].map(quoted))

/** `expression` without documents that match any of `excluded`; undefined expression: all documents. */
export const without = (expression: string | undefined, excluded: readonly string[]): string =>
  excluded.length === 0 ? (expression ?? ALL) : `(${expression ?? ALL} NOT ${anyOf(excluded)})`

/** One of the words that begin so, where they are known. */
const beginning = ({ prefix, words }: PrefixMatch): string =>
  words === undefined ? `${quoted(prefix)} *` : anyKey([prefix, ...words])

/** Which forms of its words a match is looked up with. */
export type Forms = 'exact' | 'related' | 'similar'

const keysOf = (match: PlanMatch & WordMatch, form: Forms): readonly string[] =>
  form === 'exact' ? [match.word] : withWordsOfStems(match[form])

/**
 * Documents with a match in one of the forms; undefined where there is none. A phrase stands for all of its words.
 * @param field undefined: any text
 */
export function formExpression(match: PlanMatch, form: Forms, field: WordsField | undefined = match.field) {
  if (match.kind === 'word') {
    const keys = keysOf(match, form)
    if (keys.length === 0) return undefined
    return field === undefined ? anyKey(keys) : within(`${field} ${relatedColumn(field)}`, anyKey(keys))
  }
  if (form !== 'exact') return undefined
  const columns = field ?? TEXT_COLUMNS
  if (match.kind === 'prefix') return within(columns, beginning(match))
  const words = match.words.map(quoted)
  if (match.endsInPrefix) words.push(`${words.pop()!} *`)
  return within(columns, allOf(words))
}

/** Documents whose title has a match in this form: what formExpression() says of the title, by its tokens. */
export function titleExpression(match: PlanMatch, form: Forms): string | undefined {
  if (match.kind === 'word') {
    const keys = keysOf(match, form)
    return keys.length === 0 ? undefined : anyKey(keys.map(titleToken))
  }
  if (form !== 'exact') return undefined
  if (match.kind === 'phrase' && !match.endsInPrefix)
    return allOf(match.words.map((word) => quoted(titleToken(word))))
  if (match.kind === 'prefix' && match.words !== undefined)
    return anyKey([match.prefix, ...match.words].map(titleToken))
  return formExpression(match, form, 'title')
}

/** Documents whose text is about the word; undefined where it is none, or only one of a field. */
export const prominentExpression = (match: PlanMatch): string | undefined =>
  match.kind === 'word' && match.field === undefined ? quoted(prominentToken(match.word)) : undefined

/** Documents with a match in any of the forms. A stem that is a word is looked up once: each key costs its postings. */
export function formsExpression(match: PlanMatch, ...forms: Forms[]): string | undefined {
  if (match.kind === 'word' && match.field === undefined) {
    const keys = forms.flatMap((form) => keysOf(match, form))
    return keys.length === 0 ? undefined : anyKey(keys)
  }
  const expressions = forms.flatMap((form) => formExpression(match, form) ?? [])
  return expressions.length === 0 ? undefined : anyOf(expressions)
}

/** Documents with a match in any form. */
const wordsExpression = (match: PlanMatch): string => formsExpression(match, 'exact', 'related', 'similar')!

type WordsAlternative = PlanAlternative & { match: PlanMatch }

/** Whether `words` alone decides about a match: a phrase needs positions. */
export const isDecidedByWords = (alternative: PlanAlternative): alternative is WordsAlternative =>
  alternative.match.kind !== 'value' &&
  (alternative.match.kind !== 'phrase' || alternative.match.words.length === 1)

/** Documents that may match the clause: all that do, and others where phrases are excluded. Undefined: any document. */
export function relaxedExpression(clause: PlanClause): string | undefined {
  const expressions: string[] = []
  const excluded: string[] = []
  for (const alternative of clause) {
    const { match } = alternative
    if (match.kind === 'value') return undefined
    if (!alternative.excluded) expressions.push(wordsExpression(match))
    else if (isDecidedByWords(alternative)) excluded.push(wordsExpression(match))
    else return undefined
  }
  // Of several excluded alternatives one that is missing is enough.
  return anyOf([...expressions, ...excluded.map((each) => without(undefined, [each]))])
}

/** Documents with the word, for a single excluded alternative. */
export const excludedExpression = wordsExpression

/** Passages with the phrase. */
export const phraseExpression = ({ words, field, endsInPrefix }: PlanMatch & PhraseMatch): string =>
  within(field ?? TEXT_COLUMNS, `${quoted(words.join(' '))}${endsInPrefix ? ' *' : ''}`)

/** Passages of texts with a match, of a word in its exact form or in any. */
export function passageExpression(match: PlanMatch, form: 'exact' | 'any' = 'any'): string {
  if (match.kind === 'phrase') return phraseExpression(match)
  if (match.kind === 'prefix') return within(TEXT_COLUMNS, beginning(match))
  if (form === 'exact') return quoted(match.word)
  return anyKey([match.word, ...withWordsOfStems(match.related), ...match.similar])
}
