import { fieldDefinition } from '../../../domain/document-fields.ts'
import { type Condition, weightOf, WORDS_FIELDS } from '../fields.ts'
import type { Term } from '../query/terms.ts'
import { exactField, TITLE_AS_WRITTEN, wordsField } from './index-definition.ts'

export type Query = Record<string, unknown>

/** Field → weight of a match in it. */
const WEIGHTS: [field: string, weight: number][] = [
  ...WORDS_FIELDS.map((name): [string, number] => [wordsField(name), weightOf(name)]),
  [wordsField('content'), 1],
]

/** Weight of a suggested word, relative to the word of the query. */
const SUGGESTION_WEIGHT = 0.6
/** Share of the score that the fields beside the best one add. */
const TIE_BREAKER = 0.2

/** Documents that match all of the terms and conditions, without tombstones. */
export function queryOf(terms: readonly Term[] | undefined, conditions: readonly Condition[]): Query {
  return {
    bool: {
      filter: [{ term: { deleted: false } }, ...conditions.map(conditionOf)],
      must: (terms ?? []).map(clauseOf),
    },
  }
}

/** Documents whose title has all of the words, the last one as a prefix. */
export function titleQuery(words: readonly string[]): Query {
  const clauses = words.map((word, place) => ({
    [place === words.length - 1 ? 'prefix' : 'term']: { [TITLE_AS_WRITTEN]: word },
  }))
  return { bool: { filter: [{ term: { deleted: false } }, ...clauses] } }
}

function clauseOf(term: Term): Query {
  const queries = term.kind === 'phrase' ? phrase(term.words.join(' ')) : term.keys.flatMap(inAnyField)
  return { dis_max: { tie_breaker: TIE_BREAKER, queries } }
}

/** By words, because their analysis leaves the same gaps for stop words as in the document. */
const phrase = (query: string): Query[] =>
  WEIGHTS.map(([field, boost]) => ({ match_phrase: { [field]: { query, boost } } }))

function inAnyField(key: string, place: number): Query[] {
  // A word as it is written: only in titles.
  if (key.startsWith('=')) return [{ term: { [TITLE_AS_WRITTEN]: key.slice(1) } }]
  const weight = place === 0 ? 1 : SUGGESTION_WEIGHT
  return WEIGHTS.map(([field, boost]) => ({ term: { [field]: { value: key, boost: boost * weight } } }))
}

const OPERATORS = { from: 'gte', to: 'lt' } as const

function conditionOf({ field, operator, values }: Condition): Query {
  const exact = exactField(field)
  if (operator === 'equal') return { terms: { [exact]: values } }
  if (operator === 'caseless') {
    // Elasticsearch compares only ASCII letters without case here.
    const terms = values.map((value) => ({ term: { [exact]: { value, case_insensitive: true } } }))
    return { bool: { should: terms, minimum_should_match: 1 } }
  }
  const [value] = values
  const isTime = fieldDefinition(field).type === 'timestamp'
  return { range: { [field]: { [OPERATORS[operator]]: isTime ? clampFraction(value) : value } } }
}

/** Elasticsearch accepts at most nine digits of a second. */
const clampFraction = (time: string): string => time.replace(/(\.\d{9})\d+/, '$1')
