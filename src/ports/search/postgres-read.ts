import type { Pool, PoolClient } from 'pg'
import { isoFromPostgres } from '../../db/timestamp.ts'
import { CONTENT_START, type Row } from './hit-highlights.ts'
import { MAX_SUGGESTION_ROWS, MAX_TOTAL, MAX_VALUES } from './limits.ts'
import type { Facet, SearchFilters } from './port.ts'

/** So many of the matches, the newest ones, are ranked; the others follow, the newest first. */
const MAX_RANKED = 1_000

/** Weights of D, C, B, A (PostgreSQL's documentation, 12.3.3): no position, created_by, content, title. */
const RANK = `ts_rank('{0.05, 0.1, 0.3, 1.0}', vector, $1::tsquery, 1)`

/** Milliseconds that one statement may take. */
const STATEMENT_LIMIT = 5_000

export interface Page {
  /** exact up to MAX_TOTAL; one more means that there are more */
  matches: number
  rows: Row[]
}

/** What can be asked of the tables with a tsquery. */
export function createReader(pool: Pool) {
  return {
    search: (tsquery: string, filters: SearchFilters, from: number, size: number): Promise<Page> =>
      onVectorIndex(pool, async (client) => {
        const { where, values } = conditions(tsquery, filters)
        const { rows: counted } = await client.query<{ matches: number }>(
          `select count(*)::int as matches
           from (select from search.documents where ${where} limit ${MAX_TOTAL + 1}) as matches`,
          values,
        )
        const { matches } = counted[0]!
        if (from >= matches) return { matches, rows: [] }
        await client.query('set local enable_indexscan = on')
        const wanted = Math.max(MAX_RANKED, from + size)
        const sql = pageSql(where, values.length, matches > MAX_TOTAL)
        const { rows } = await client.query(sql, [...values, wanted, size, from])
        return { matches, rows: rows.map(rowOf) }
      }),

    /** Whole texts. */
    async contents(ids: string[]): Promise<Map<string, string>> {
      const { rows } = await pool.query<{ id: string; content: string }>(
        'select id, content from search.documents where id = any($1::uuid[])',
        [ids],
      )
      return new Map(rows.map(({ id, content }) => [id, content]))
    },

    /** Titles of the newest matches. */
    async titles(tsquery: string): Promise<string[]> {
      const { where, values } = conditions(tsquery, {})
      const { rows } = await pool.query<{ title: string }>(
        `select title from search.documents where ${where}
         order by created_at desc, id desc limit ${MAX_SUGGESTION_ROWS}`,
        values,
      )
      return rows.map(({ title }) => title)
    },

    async values(
      field: Facet,
      tsquery: string | undefined,
      filters: SearchFilters,
    ): Promise<{ key: string; count: number }[]> {
      const { where, values } = conditions(tsquery, filters)
      const sql = `
        select ${field} as key, count(*)::int as count from search.documents where ${where}
        group by 1 order by 2 desc, 1 limit ${MAX_VALUES}`
      const ask = async (client: Pick<Pool, 'query'>): Promise<{ key: string; count: number }[]> =>
        (await client.query(sql, values)).rows
      return tsquery === undefined ? ask(pool) : onVectorIndex(pool, ask)
    },
  }
}

/**
 * The planner takes vectors to be as cheap to read as the other columns, although each is fetched and unpacked from
 * outside of the table. So it would rather test every row than ask the vectors' index, which is up to 20 times slower.
 */
async function onVectorIndex<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let failed = true
  try {
    await client.query(
      `begin read only; set local enable_seqscan = off; set local enable_indexscan = off;
       set local statement_timeout = ${STATEMENT_LIMIT}`,
    )
    const result = await work(client)
    await client.query('commit')
    failed = false
    return result
  } finally {
    // After an error the connection is closed, which ends its transaction whatever state it is in.
    client.release(failed)
  }
}

interface Conditions {
  where: string
  values: unknown[]
}

function conditions(tsquery: string | undefined, filters: SearchFilters): Conditions {
  const values: unknown[] = []
  const parts = ['not deleted']
  const add = (condition: string, value: string | undefined): void => {
    if (value !== undefined) parts.push(condition.replace('?', `$${values.push(value)}`))
  }
  add('vector @@ ?::tsquery', tsquery)
  add('status = ?', filters.status)
  add('created_by = ?', filters.created_by)
  add('content_type = ?', filters.content_type)
  add('created_at >= ?::timestamptz', filters.created_from)
  add('created_at < ?::timestamptz', filters.created_to)
  return { where: parts.join(' and '), values }
}

/**
 * Parameters: those of the conditions ($1 is the tsquery), how many of the newest, page size, page start. Of many
 * matches the newest are read off the index on time; the few are all fetched and then sorted.
 */
function pageSql(where: string, conditions: number, many: boolean): string {
  const newest = `order by created_at desc, id desc limit $${conditions + 1}`
  return `
    with matches as materialized (
      select id, created_at from search.documents where ${where} ${many ? newest : ''}
    ), newest as (
      select id, created_at from matches ${newest}
    ), aged as (
      select id, row_number() over (order by created_at desc, id desc) <= ${MAX_RANKED} as ranked from newest
    ), page as materialized (
      select id, created_at, ranked, case when ranked then ${RANK} else 0 end as score
      from aged join search.documents using (id)
      order by ranked desc, score desc, created_at desc, id desc limit $${conditions + 2} offset $${conditions + 3}
    )
    select id, title, status, created_by, content_type, content_size::float8, held.created_at::text, updated_at::text,
      version, score::float8, left(content, ${CONTENT_START}) as content, octet_length(content) as content_bytes
    from page join search.documents as held using (id)
    order by ranked desc, score desc, page.created_at desc, id desc`
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function rowOf({ content_bytes, ...row }: any): Row {
  return {
    ...row,
    created_at: isoFromPostgres(row.created_at),
    updated_at: isoFromPostgres(row.updated_at),
    cut: Buffer.byteLength(row.content) < content_bytes,
  }
}
