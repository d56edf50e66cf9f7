import { fieldDefinition } from '../../../domain/document-fields.ts'
import { type Condition, weightOf, WORDS_FIELDS } from '../fields.ts'
import { isTerm, type Term, type TermAlternative, type TermClause } from '../query/terms.ts'
import { exactField, TITLE_AS_WRITTEN, WRITTEN, wordsField } from './index-definition.ts'

export type Query = Record<string, unknown>

/** Field → weight of a match in it. */
const WEIGHTS: [field: string, weight: number][] = [
  ...WORDS_FIELDS.map((name): [string, number] => [wordsField(name), weightOf(name)]),
  [wordsField('content'), 1],
]

const TITLE_WORDS = wordsField('title')

/** Weight of a suggested word, relative to the word of the query. */
const SUGGESTION_WEIGHT = 0.6
/** Share of the score that the fields beside the best one add. */
const TIE_BREAKER = 0.2

/** Documents that match all of the clauses and conditions, without tombstones. */
export function queryOf(clauses: readonly TermClause[] | undefined, conditions: readonly Condition[]): Query {
  const filter: Query[] = [{ term: { deleted: false } }, ...conditions.map(conditionOf)]
  const must: Query[] = []
  for (const clause of clauses ?? []) {
    const queries = clause.flatMap(alternativeOf)
    // What has no score of its own is a filter, which Elasticsearch can cache.
    if (clause.some(({ match, excluded }) => isTerm(match) && !excluded))
      must.push({ dis_max: { tie_breaker: TIE_BREAKER, queries } })
    else filter.push(anyOf(queries))
  }
  return { bool: { filter, must } }
}

/** Documents whose title has all of the words, the last one as a prefix. */
export function titleQuery(words: readonly string[]): Query {
  const clauses = words.map((word, place) => ({
    [place === words.length - 1 ? 'prefix' : 'term']: { [TITLE_AS_WRITTEN]: word },
  }))
  return { bool: { filter: [{ term: { deleted: false } }, ...clauses] } }
}

/** Queries any of which has to match. */
function alternativeOf({ match, excluded }: TermAlternative): Query[] {
  const queries = isTerm(match) ? termQueries(match) : [conditionOf(match.condition)]
  if (excluded) return [{ bool: { must_not: queries } }]
  return isTerm(match) ? queries : [{ bool: { filter: queries } }]
}

function termQueries(term: Term): Query[] {
  const fields = WEIGHTS.filter(([field]) => !term.inTitle || field === TITLE_WORDS)
  switch (term.kind) {
    case 'any-of':
      return term.keys.flatMap((value, place) => {
        const weight = place === 0 ? 1 : SUGGESTION_WEIGHT
        return fields.map(([field, boost]) => ({ term: { [field]: { value, boost: boost * weight } } }))
      })
    case 'phrase': {
      // By words, because their analysis leaves the same gaps for stop words as in the document.
      const query = term.words.join(' ')
      return fields.map(([field, boost]) => ({ match_phrase: { [field]: { query, boost } } }))
    }
    case 'prefix': {
      const inTitle = { prefix: { [TITLE_AS_WRITTEN]: { value: term.prefix, boost: weightOf('title') } } }
      return term.inTitle ? [inTitle] : [inTitle, { prefix: { [WRITTEN]: { value: term.prefix } } }]
    }
    case 'as-written':
      return [{ bool: { must: term.words.map((word) => ({ term: { [TITLE_AS_WRITTEN]: word } })) } }]
  }
}

const anyOf = (queries: Query[]): Query => ({ bool: { should: queries, minimum_should_match: 1 } })

const OPERATORS = { from: 'gte', to: 'lt' } as const

function conditionOf({ field, operator, values }: Condition): Query {
  const exact = exactField(field)
  if (operator === 'equal') return { terms: { [exact]: values } }
  if (operator === 'caseless') {
    // Elasticsearch compares only ASCII letters without case here.
    const terms = values.map((value) => ({ term: { [exact]: { value, case_insensitive: true } } }))
    return anyOf(terms)
  }
  const [value] = values
  const isTime = fieldDefinition(field).type === 'timestamp'
  return { range: { [field]: { [OPERATORS[operator]]: isTime ? clampFraction(value) : value } } }
}

/** Elasticsearch accepts at most nine digits of a second. */
const clampFraction = (time: string): string => time.replace(/(\.\d{9})\d+/, '$1')
