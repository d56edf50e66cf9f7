import { fieldDefinition } from '../../../domain/document-fields.ts'
import { type Condition, weightOf, WORDS_FIELDS, type WordsField } from '../fields.ts'
import type {
  PhraseMatch,
  PlanAlternative,
  PlanClause,
  PlanMatch,
  QueryPlan,
  WordMatch,
} from '../query/query-plan.ts'
import type { ValueMatch } from '../query/query-tree.ts'
import { withWordsOfStems, wordOfStem } from '../analysis/stems.ts'
import { exactField, keysField, wordsField } from './index-definition.ts'

export type Query = Record<string, unknown>

/** Field → weight of a match in it. */
const WEIGHTS: [field: WordsField | 'content', weight: number][] = [
  ...WORDS_FIELDS.map((name): [WordsField, number] => [name, weightOf(name)]),
  ['content', 1],
]

/**
 * Score of a document with the word or a related one, to which BM25 of the word itself is added. It is the same for all
 * related words: one of a rare language is no better, and one clause for all of them stays below Elasticsearch's limit.
 */
const RELATED_SCORE = 0.5
/** Share of the score that the fields beside the best one add. */
const TIE_BREAKER = 0.2
/** Score for all words in the same passage. */
const NEARNESS = 1
/** Score for a very frequent word. */
const OPTIONAL_WEIGHT = 1
/**
 * Factor on the score of documents that need a similar word. BM25 of a word that all of a hundred documents have is 0.005,
 * and such documents are looked for only where there are fewer others.
 */
const SIMILAR_FACTOR = 1e-6
/** Words of an index that begin with a character of a script without spaces. */
const MAX_EXPANSIONS = 10_000

/** Documents that match all of the clauses and conditions, without tombstones. @param plan undefined: all documents */
export function queryOf(plan: QueryPlan | undefined, conditions: readonly Condition[]): Query {
  const filter: Query[] = [{ term: { deleted: false } }, ...conditions.map(conditionOf)]
  if (plan === undefined) return { bool: { filter } }
  const query = clausesQuery(plan, filter)
  if (plan.flat().every(({ match }) => match.kind !== 'word' || match.similar.length === 0)) return query
  const others = clausesQuery(plan.map(withoutSimilar), [])
  return {
    boosting: { positive: query, negative: { bool: { must_not: others } }, negative_boost: SIMILAR_FACTOR },
  }
}

const withoutSimilar = (clause: PlanClause): PlanClause =>
  clause.map(({ match, excluded }) => ({
    match: match.kind === 'word' ? { ...match, similar: [] } : match,
    excluded,
  }))

function clausesQuery(plan: QueryPlan, filter: readonly Query[]): Query {
  const bool = { filter: [...filter], must: [] as Query[], should: [] as Query[] }
  for (const clause of plan) {
    const queries = clause.map((alternative) => alternativeOf(alternative))
    if (clause.some(({ match }) => match.kind === 'word' && match.isOptional))
      bool.should.push({ constant_score: { filter: anyOf(queries), boost: OPTIONAL_WEIGHT } })
    // What has no score of its own is a filter, which Elasticsearch can cache.
    else if (clause.some(isScored)) bool.must.push({ dis_max: { tie_breaker: TIE_BREAKER, queries } })
    else bool.filter.push(anyOf(queries))
  }
  const near = nearnessQuery(plan)
  if (near !== undefined) bool.should.push(near)
  return { bool }
}

const isScored = ({ match, excluded }: PlanAlternative): boolean => match.kind !== 'value' && !excluded

function alternativeOf({ match, excluded }: PlanAlternative): Query {
  const query = match.kind === 'value' ? conditionOf(match.condition) : textQuery(match)
  if (excluded) return { bool: { must_not: query } }
  return match.kind === 'value' ? { bool: { filter: query } } : query
}

function textQuery(match: PlanMatch): Query {
  const fields = WEIGHTS.filter(([field]) => match.field === undefined || field === match.field)
  const queries = fields.map(([field, boost]) => fieldQuery(match, field, boost))
  return queries.length === 1 ? queries[0]! : { dis_max: { tie_breaker: TIE_BREAKER, queries } }
}

function fieldQuery(match: PlanMatch, field: WordsField | 'content', boost: number): Query {
  const words = wordsField(field)
  if (match.kind === 'prefix') return { prefix: { [words]: { value: match.prefix, boost } } }
  if (match.kind === 'phrase') {
    if (field !== 'content' || match.words.length === 1) return phraseQuery(match, words, boost)
    const query = phraseQuery(match, PASSAGE_WORDS, boost)
    return { nested: { path: 'content', score_mode: 'max', query } }
  }
  const { word, related } = match
  return anyOf([
    { term: { [words]: { value: word, boost } } },
    {
      dis_max: {
        queries: [
          { terms: { [keysField(field)]: [word, ...related], boost: boost * RELATED_SCORE } },
          { terms: { [words]: [word, ...otherWords(match)], boost: boost * RELATED_SCORE } },
        ],
      },
    },
  ])
}

/** The related and similar ones that can be words of a text. */
const otherWords = ({ related, similar }: WordMatch): string[] => [
  ...withWordsOfStems(related).filter((key) => wordOfStem(key) === undefined),
  ...similar,
]

function phraseQuery({ words, endsInPrefix }: PhraseMatch, field: string, boost: number): Query {
  const [first, ...others] = words
  if (others.length === 0) return { [endsInPrefix ? 'prefix' : 'term']: { [field]: { value: first, boost } } }
  const phrase = { query: words.join(' '), analyzer: 'whitespace', boost }
  return endsInPrefix
    ? { match_phrase_prefix: { [field]: { ...phrase, max_expansions: MAX_EXPANSIONS } } }
    : { match_phrase: { [field]: phrase } }
}

const PASSAGE_WORDS = 'content.words'
const PASSAGE_KEYS = 'content.keys'

/** All words of the query in one passage; undefined where there are not several. */
function nearnessQuery(plan: QueryPlan): Query | undefined {
  const words = plan.flatMap(([alternative, ...others]) => {
    const { match, excluded } = alternative!
    const isWord = match.kind === 'word' && !match.isOptional && match.field === undefined
    return isWord && !excluded && others.length === 0 ? [{ term: { [PASSAGE_WORDS]: match.word } }] : []
  })
  if (words.length < 2) return undefined
  const query = { bool: { filter: words } }
  return { constant_score: { filter: { nested: { path: 'content', query } }, boost: NEARNESS } }
}

/** A passage with it; those with the word itself score more than those with a related one. */
function inPassage(match: PlanMatch): Query {
  if (match.kind === 'prefix') return { prefix: { [PASSAGE_WORDS]: { value: match.prefix } } }
  if (match.kind === 'phrase') return phraseQuery(match, PASSAGE_WORDS, PHRASE_WEIGHT)
  const { word, related } = match
  return anyOf([
    { term: { [PASSAGE_WORDS]: word } },
    { terms: { [PASSAGE_WORDS]: otherWords(match), boost: RELATED_SCORE } },
    { terms: { [PASSAGE_KEYS]: [word, ...related], boost: RELATED_SCORE } },
  ])
}

/** Of a phrase in a passage, against words. */
const PHRASE_WEIGHT = 3

/**
 * Passages with what is looked for in the text, the best first: undefined where nothing is. Very frequent words count only
 * beside others.
 */
export function passageQuery(plan: QueryPlan): Query | undefined {
  const matches = plan.flat().flatMap((alternative) => {
    const { match } = alternative
    return isScored(alternative) && isText(match) && match.field === undefined ? [match] : []
  })
  const isOptional = (match: PlanMatch): boolean => match.kind === 'word' && match.isOptional
  const needed = matches.filter((match) => !isOptional(match))
  if (needed.length === 0) return undefined
  const should = matches.filter(isOptional).map(inPassage)
  return { bool: { must: anyOf(needed.map(inPassage)), should } }
}

const isText = (match: PlanMatch | ValueMatch): match is PlanMatch => match.kind !== 'value'

/** Documents whose title has all of the words, the last one as a prefix. */
export function titleQuery(words: readonly string[], conditions: readonly Condition[]): Query {
  const clauses = words.map((word, place) => ({
    [place === words.length - 1 ? 'prefix' : 'term']: { [wordsField('title')]: word },
  }))
  return { bool: { filter: [{ term: { deleted: false } }, ...conditions.map(conditionOf), ...clauses] } }
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
