import type { SearchFilters } from './port.ts'
import type { Term } from './terms.ts'

export type Query = Record<string, unknown>

/** Field → weight of what is found in it. */
const FIELDS = { title_words: 4, content_words: 1, created_by_words: 0.4 } as const
const WEIGHTS = Object.entries(FIELDS)

/** What a word weighs that is only like the one that was asked for. */
const NEAR_WEIGHT = 0.6
/** What the fields beside the best one add. */
const TIE_BREAKER = 0.2

/** Documents that have all of the terms, or just any, as the filters allow; never tombstones. */
export function queryOf(terms: readonly Term[] | undefined, filters: SearchFilters): Query {
  return {
    bool: {
      filter: [{ term: { deleted: false } }, ...conditions(filters)],
      must: (terms ?? []).map(clauseOf),
    },
  }
}

/** Documents whose title has all of the words, the last one as a beginning. */
export function titleQuery(words: readonly string[]): Query {
  const clauses = words.map((word, place) => ({
    [place === words.length - 1 ? 'prefix' : 'term']: { 'title_words.written': word },
  }))
  return { bool: { filter: [{ term: { deleted: false } }, ...clauses] } }
}

function clauseOf(term: Term): Query {
  const queries = term.kind === 'phrase' ? phrase(term.words.join(' ')) : term.keys.flatMap(anyField)
  return { dis_max: { tie_breaker: TIE_BREAKER, queries } }
}

/** By words, whose analysis leaves the same gaps for stop words as in the document. */
const phrase = (query: string): Query[] =>
  WEIGHTS.map(([field, boost]) => ({ match_phrase: { [field]: { query, boost } } }))

function anyField(key: string, place: number): Query[] {
  // A word as it is written: only in titles.
  if (key.startsWith('=')) return [{ term: { 'title_words.written': key.slice(1) } }]
  const weight = place === 0 ? 1 : NEAR_WEIGHT
  return WEIGHTS.map(([field, boost]) => ({ term: { [field]: { value: key, boost: boost * weight } } }))
}

function conditions({ status, created_by, content_type, created_from, created_to }: SearchFilters): Query[] {
  const is = (field: string, value: string | undefined): Query[] =>
    value === undefined ? [] : [{ term: { [field]: value } }]
  const created = {
    ...(created_from && { gte: fitting(created_from) }),
    ...(created_to && { lt: fitting(created_to) }),
  }
  return [
    ...is('status', status),
    ...is('created_by.keyword', created_by),
    ...is('content_type', content_type),
    ...(Object.keys(created).length > 0 ? [{ range: { created_at: created } }] : []),
  ]
}

/** Elasticsearch reads nine digits of a second. */
const fitting = (time: string): string => time.replace(/(\.\d{9})\d+/, '$1')
