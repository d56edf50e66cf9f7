import { createHash } from 'node:crypto'
import { type HitField, HIT_FIELDS } from '../../../domain/document-fields.ts'
import { DomainError } from '../../../domain/errors.ts'
import { formatTime } from '../../../domain/time.ts'
import { MAX_TOTAL } from '../../../domain/total.ts'
import type { SearchEngine } from '../engine.ts'
import { TIME_FIELDS } from '../fields.ts'
import { MAX_SUGGESTION_ROWS, MAX_VALUES } from '../limits.ts'
import type { IndexedDocument, SearchHit, Totals } from '../port.ts'
import { createMatchFinder, type MatchFinder } from '../query/find-matches.ts'
import { highlight, type Passage } from '../query/highlight.ts'
import type { Elasticsearch } from './client.ts'
import { exactField } from './index-definition.ts'
import { passageQuery, type Query, queryOf, titleQuery } from './query.ts'

/** Time limit of a shard. */
const SHARD_TIMEOUT = '5s'

const NEWEST_FIRST = [{ created_at: 'desc' }, { id: 'desc' }]
const TITLE = exactField('title')
/** Values come from their columns: stored fields of a document are read, and uncompressed, with its whole text. */
const WITHOUT_STORED_FIELDS = { stored_fields: '_none_' }

type ReaderMethod = 'check' | 'list' | 'totals' | 'search' | 'exists' | 'titles' | 'countValues'

/** The reading part of the engine. */
export function createReader(
  client: Pick<Elasticsearch, 'ask'>,
  alias: string,
): Pick<SearchEngine, ReaderMethod> & { ask: Search } {
  async function ask(body: { query: Query } & Record<string, unknown>): Promise<Answer> {
    const answer = await client.ask<Answer>({
      method: 'POST',
      path: `/${alias}/_search`,
      // Pages of one query come from the same copies of the shards, whose scores can differ a little.
      query: { preference: digestOf(body.query), allow_partial_search_results: false },
      body: { ...WITHOUT_STORED_FIELDS, ...body, timeout: SHARD_TIMEOUT },
      retries: 1,
    })
    if (answer.timed_out) throw new DomainError('deadline-exceeded', 'the search took too long; try again')
    return answer
  }

  return {
    ask,

    async check() {
      const query = { allow_partial_search_results: false }
      const body = { size: 0, terminate_after: 1 }
      await client.ask({ method: 'POST', path: `/${alias}/_search`, query, body, retries: 0 })
    },

    list: (after, limit, only) => listDocuments(ask, after, limit, only),
    totals: () => readTotals(ask),

    async search(plan, conditions, { from, size, languages }) {
      const { hits } = await ask({
        query: withPassages(queryOf(plan, conditions), passageQuery(plan)),
        from,
        size,
        track_total_hits: MAX_TOTAL + 1,
        sort: [{ _score: 'desc' }, ...NEWEST_FIRST],
        docvalue_fields: HIT_FIELDS.map(exactField),
      })
      const matches = hits.total.value
      const finder = await createMatchFinder(plan, languages)
      const isComplete = matches <= MAX_TOTAL
      return { matches, isComplete, hits: hits.hits.map((hit) => hitOf(hit, finder)) }
    },

    exists: (plan, conditions) => existsDocument(ask, queryOf(plan, conditions)),

    async titles(words, conditions) {
      const { hits } = await ask({
        query: titleQuery(words, conditions),
        size: MAX_SUGGESTION_ROWS,
        track_total_hits: false,
        sort: NEWEST_FIRST,
        docvalue_fields: [TITLE],
      })
      return hits.hits.flatMap(({ fields }) => (fields[TITLE] ?? []) as string[])
    },

    async countValues(facet, plan, conditions) {
      const order = [{ _count: 'desc' }, { _key: 'asc' }]
      const { aggregations } = await ask({
        query: queryOf(plan, conditions),
        size: 0,
        track_total_hits: false,
        aggs: { values: { terms: { field: exactField(facet), size: MAX_VALUES, order } } },
      })
      return aggregations!.values.buckets.map(({ key, doc_count }) => ({ key, count: doc_count }))
    },
  }
}

async function existsDocument(search: Search, query: Query): Promise<boolean> {
  const { hits } = await search({ query, size: 0, terminate_after: 1, track_total_hits: 1 })
  return hits.total.value > 0
}

/** The versions are those of Elasticsearch, which the documents bring with them. */
async function readTotals(search: Search): Promise<Totals> {
  const { hits, aggregations } = await search({
    query: { term: { deleted: false } },
    size: 0,
    track_total_hits: true,
    aggs: { versions: { sum: { field: '_version' } } },
  })
  return { documents: hits.total.value, versions: aggregations!.versions.value }
}

/** A search in the index. */
export type Search = (body: { query: Query } & Record<string, unknown>) => Promise<Answer>

/**
 * The query, whose hits come with their best passages: of equal ones the first two and the last. Lucene leaves an optional
 * clause out of a filter, so passages are looked for in the hits of the page only. The words of a passage end with the
 * first ones of the next, so the first ones may have only those; the last one has what is looked for itself.
 */
export function withPassages(query: Query, passages: Query | undefined): Query {
  if (passages === undefined) return query
  const should = [bestPassages(passages, 'first', 'asc', 2), bestPassages(passages, 'last', 'desc', 1)]
  return { bool: { must: query, filter: { bool: { filter: { match_all: {} }, should } } } }
}

function bestPassages(query: Query, name: 'first' | 'last', order: 'asc' | 'desc', size: number): Query {
  const inner_hits = {
    name,
    size,
    sort: [{ _score: 'desc' }, { _doc: order }],
    _source: false,
    stored_fields: [PASSAGE_TEXT],
    docvalue_fields: [PASSAGE_PAGE],
  }
  return { nested: { path: 'content', query, inner_hits } }
}

const PASSAGE_TEXT = 'content.text'
const PASSAGE_PAGE = 'content.page'

async function listDocuments(
  search: Search,
  after: string | undefined,
  limit: number,
  only: 'tombstones' | undefined,
): Promise<IndexedDocument[]> {
  const { hits } = await search({
    query: only === 'tombstones' ? { term: { deleted: true } } : { match_all: {} },
    size: limit,
    version: true,
    track_total_hits: false,
    sort: [{ id: 'asc' }],
    docvalue_fields: ['id', 'deleted'],
    ...(after !== undefined && { search_after: [after] }),
  })
  return hits.hits.map(({ _version: version, fields: { id, deleted } }) => ({
    id: id![0] as string,
    version,
    deleted: deleted![0] as boolean,
  }))
}

export interface Answer {
  timed_out: boolean
  hits: {
    total: { value: number }
    hits: AnsweredHit[]
  }
  aggregations?: { values: { buckets: { key: string; doc_count: number }[] }; versions: { value: number } }
}

interface AnsweredHit {
  /** where it was asked for */
  _version: number
  fields: Record<string, unknown[]>
  sort: [score: number, ...unknown[]]
  inner_hits?: Record<'first' | 'last', { hits: { hits: AnsweredPassage[] } }>
}

interface AnsweredPassage {
  fields: Record<string, unknown[]>
  sort: [score: number, ...unknown[]]
}

/** The best passages of a hit, which are equally good. */
export function passagesOf({ inner_hits }: AnsweredHit): Passage[] {
  const passages =
    inner_hits === undefined ? [] : [...inner_hits.first.hits.hits, ...inner_hits.last.hits.hits]
  return passages
    .filter(({ sort: [score] }) => score === passages[0]!.sort[0])
    .map(({ fields }) => ({
      text: fields[PASSAGE_TEXT]![0] as string,
      page: fields[PASSAGE_PAGE]?.[0] as number | undefined,
    }))
}

function hitOf(hit: AnsweredHit, finder: MatchFinder): SearchHit {
  const values = HIT_FIELDS.map((name) => [name, hit.fields[exactField(name)]?.[0] ?? null])
  const fields = Object.fromEntries(values) as Pick<SearchHit, HitField>
  for (const name of TIME_FIELDS) fields[name] = formatTime(fields[name])
  return highlight({ ...fields, score: hit.sort[0] }, passagesOf(hit), finder)
}

const digestOf = (query: Query): string => createHash('sha1').update(JSON.stringify(query)).digest('hex')
