import { createHash } from 'node:crypto'
import { DomainError } from '../../domain/errors.ts'
import { formatTime } from '../../domain/time.ts'
import type { Elasticsearch } from './elasticsearch-client.ts'
import { MAX_RESULT_WINDOW } from './elasticsearch-index-settings.ts'
import { type Query, queryOf, titleQuery } from './elasticsearch-query.ts'
import { CONTENT_START, type Row } from './hit-highlights.ts'
import { MAX_SUGGESTION_ROWS, MAX_TOTAL, MAX_VALUES } from './limits.ts'
import type { Facet, SearchFilters } from './port.ts'
import type { Term } from './terms.ts'

/** How long a shard may take. */
const SERVER_LIMIT = '5s'

const NEWEST_FIRST = [{ created_at: 'desc' }, { id: 'desc' }]
const ROW_FIELDS = [
  'id',
  'title',
  'status',
  'created_by',
  'content_type',
  'content_size',
  'created_at',
  'updated_at',
  'version',
  'content_length',
]
/**
 * The beginning of the text instead of fragments: those are cut by the same code for every adapter, and a whole text
 * can be large.
 */
const BEGINNING_OF_CONTENT = {
  fields: {
    content: {
      type: 'unified',
      highlight_query: { match_none: {} },
      number_of_fragments: 1,
      no_match_size: CONTENT_START,
    },
  },
}

export interface Page {
  /** exact up to MAX_TOTAL; one more means that there are more */
  matches: number
  rows: Row[]
}

/** What can be asked of the index with terms. */
export function createReader(client: Elasticsearch, alias: string) {
  async function search<T>(body: { query: Query } & Record<string, unknown>): Promise<Answer<T>> {
    const answer = await client.ask<Answer<T>>({
      method: 'POST',
      path: `/${alias}/_search`,
      // Pages of one query come from the same copies of the shards, whose scores can differ a little.
      query: { preference: digestOf(body.query), allow_partial_search_results: false },
      body: { ...body, timeout: SERVER_LIMIT },
      retries: 1,
    })
    if (answer.timed_out) throw new DomainError('deadline-exceeded', 'the search took too long; try again')
    return answer
  }

  return {
    async check(): Promise<void> {
      const body = { size: 0, terminate_after: 1 }
      const query = { allow_partial_search_results: false }
      await client.ask({ method: 'POST', path: `/${alias}/_search`, query, body, retries: 0 })
    },

    async search(terms: Term[], filters: SearchFilters, from: number, size: number): Promise<Page> {
      const first = Math.min(from, MAX_RESULT_WINDOW)
      const { hits } = await search<Source>({
        query: queryOf(terms, filters),
        from: first,
        size: Math.min(size, MAX_RESULT_WINDOW - first),
        track_total_hits: MAX_TOTAL + 1,
        sort: [{ _score: 'desc' }, ...NEWEST_FIRST],
        _source: ROW_FIELDS,
        highlight: BEGINNING_OF_CONTENT,
      })
      return { matches: hits.total.value, rows: hits.hits.map(rowOf) }
    },

    /** Titles of the newest documents that have the words. */
    async titles(words: readonly string[]): Promise<string[]> {
      const { hits } = await search({
        query: titleQuery(words),
        size: MAX_SUGGESTION_ROWS,
        track_total_hits: false,
        sort: NEWEST_FIRST,
        _source: false,
        docvalue_fields: ['title.keyword'],
      })
      return hits.hits.flatMap(({ fields }) => fields?.['title.keyword'] ?? [])
    },

    async values(
      facet: Facet,
      terms: Term[] | undefined,
      filters: SearchFilters,
    ): Promise<{ key: string; count: number }[]> {
      const field = facet === 'created_by' ? 'created_by.keyword' : facet
      const { aggregations } = await search({
        query: queryOf(terms, filters),
        size: 0,
        track_total_hits: false,
        aggs: {
          values: { terms: { field, size: MAX_VALUES, order: [{ _count: 'desc' }, { _key: 'asc' }] } },
        },
      })
      return aggregations!.values.buckets.map(({ key, doc_count }) => ({ key, count: doc_count }))
    },
  }
}

interface Answer<T> {
  timed_out: boolean
  hits: {
    total: { value: number }
    hits: {
      _source: T
      sort: [score: number, ...unknown[]]
      fields?: Record<string, string[]>
      highlight?: { content?: [string] }
    }[]
  }
  aggregations?: { values: { buckets: { key: string; doc_count: number }[] } }
}

type Source = Omit<Row, 'score' | 'content' | 'cut'> & { content_length: number }

function rowOf({ _source, sort, highlight }: Answer<Source>['hits']['hits'][number]): Row {
  const { content_length, ...row } = _source
  const content = highlight?.content?.[0] ?? ''
  return {
    ...row,
    created_at: formatTime(row.created_at),
    updated_at: formatTime(row.updated_at),
    score: sort[0],
    content,
    cut: content.length < content_length,
  }
}

const digestOf = (query: Query): string => createHash('sha1').update(JSON.stringify(query)).digest('hex')
