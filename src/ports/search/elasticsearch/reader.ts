import { createHash } from 'node:crypto'
import { HIT_FIELDS } from '../../../domain/document-fields.ts'
import { DomainError } from '../../../domain/errors.ts'
import { formatTime } from '../../../domain/time.ts'
import { MAX_TOTAL } from '../../../domain/total.ts'
import type { Row, SearchDriver } from '../driver.ts'
import type { IndexedDocument } from '../port.ts'
import { TIME_FIELDS } from '../fields.ts'
import { CONTENT_START, MAX_SUGGESTION_ROWS, MAX_VALUES } from '../limits.ts'
import type { Elasticsearch } from './client.ts'
import { exactField } from './index-definition.ts'
import { type Query, queryOf, titleQuery } from './query.ts'

/** Time limit of a shard. */
const SHARD_TIMEOUT = '5s'

const NEWEST_FIRST = [{ created_at: 'desc' }, { id: 'desc' }]
const ROW_FIELDS = [...HIT_FIELDS, 'content_length']
const TITLE = exactField('title')
/**
 * The beginning of the text instead of fragments: the same code cuts fragments for every driver, and a whole text can be
 * large.
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

/** The reading part of the driver. */
export function createReader(
  client: Pick<Elasticsearch, 'ask'>,
  alias: string,
): Pick<SearchDriver, 'check' | 'list' | 'search' | 'titles' | 'countValues'> {
  async function search<T>(body: { query: Query } & Record<string, unknown>): Promise<Answer<T>> {
    const answer = await client.ask<Answer<T>>({
      method: 'POST',
      path: `/${alias}/_search`,
      // Pages of one query come from the same copies of the shards, whose scores can differ a little.
      query: { preference: digestOf(body.query), allow_partial_search_results: false },
      body: { ...body, timeout: SHARD_TIMEOUT },
      retries: 1,
    })
    if (answer.timed_out) throw new DomainError('deadline-exceeded', 'the search took too long; try again')
    return answer
  }

  return {
    async check() {
      const query = { allow_partial_search_results: false }
      const body = { size: 0, terminate_after: 1 }
      await client.ask({ method: 'POST', path: `/${alias}/_search`, query, body, retries: 0 })
    },

    list: (after, limit, only) => listDocuments(search, after, limit, only),

    async search(clauses, conditions, from, size) {
      const { hits } = await search<Source>({
        query: queryOf(clauses, conditions),
        from,
        size,
        track_total_hits: MAX_TOTAL + 1,
        sort: [{ _score: 'desc' }, ...NEWEST_FIRST],
        _source: ROW_FIELDS,
        highlight: BEGINNING_OF_CONTENT,
      })
      return { matches: hits.total.value, rows: hits.hits.map(rowOf) }
    },

    async titles(words) {
      const { hits } = await search({
        query: titleQuery(words),
        size: MAX_SUGGESTION_ROWS,
        track_total_hits: false,
        sort: NEWEST_FIRST,
        _source: false,
        docvalue_fields: [TITLE],
      })
      return hits.hits.flatMap(({ fields }) => fields?.[TITLE] ?? [])
    },

    async countValues(facet, clauses, conditions) {
      const order = [{ _count: 'desc' }, { _key: 'asc' }]
      const { aggregations } = await search({
        query: queryOf(clauses, conditions),
        size: 0,
        track_total_hits: false,
        aggs: { values: { terms: { field: exactField(facet), size: MAX_VALUES, order } } },
      })
      return aggregations!.values.buckets.map(({ key, doc_count }) => ({ key, count: doc_count }))
    },
  }
}

/** A request for a page of documents. */
type Search = <T>(body: { query: Query } & Record<string, unknown>) => Promise<Answer<T>>

async function listDocuments(
  search: Search,
  after: string | undefined,
  limit: number,
  only: 'tombstones' | undefined,
): Promise<IndexedDocument[]> {
  const { hits } = await search<{ deleted: boolean }>({
    query: only === 'tombstones' ? { term: { deleted: true } } : { match_all: {} },
    size: limit,
    version: true,
    track_total_hits: false,
    sort: [{ id: 'asc' }],
    _source: ['deleted'],
    ...(after !== undefined && { search_after: [after] }),
  })
  return hits.hits.map(({ _id: id, _version: version, _source }) => ({
    id,
    version,
    deleted: _source.deleted,
  }))
}

interface Answer<T> {
  timed_out: boolean
  hits: {
    total: { value: number }
    hits: {
      _id: string
      /** where it was asked for */
      _version: number
      _source: T
      sort: [score: number, ...unknown[]]
      fields?: Record<string, string[]>
      highlight?: { content?: [string] }
    }[]
  }
  aggregations?: { values: { buckets: { key: string; doc_count: number }[] } }
}

type Source = Omit<Row, 'score' | 'content' | 'isCut'> & { content_length: number }

function rowOf({ _source, sort, highlight }: Answer<Source>['hits']['hits'][number]): Row {
  const { content_length, ...row } = _source
  for (const name of TIME_FIELDS) {
    const time: string | null = row[name]
    if (time !== null) row[name] = formatTime(time)
  }
  const content = highlight?.content?.[0] ?? ''
  return { ...row, score: sort[0], content, isCut: content.length < content_length }
}

const digestOf = (query: Query): string => createHash('sha1').update(JSON.stringify(query)).digest('hex')
