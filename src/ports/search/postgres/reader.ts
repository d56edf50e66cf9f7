import type { Pool, PoolClient } from 'pg'
import { isoFromPostgres } from '../../../db/timestamp.ts'
import { fieldDefinition, HIT_FIELDS } from '../../../domain/document-fields.ts'
import { MAX_TOTAL } from '../../../domain/total.ts'
import type { Page, Row, SearchDriver } from '../driver.ts'
import { TIME_FIELDS } from '../fields.ts'
import { CONTENT_START, MAX_SUGGESTION_ROWS, MAX_VALUES } from '../limits.ts'
import type { ValueCount } from '../port.ts'
import type { TermClause } from '../query/terms.ts'
import { selected } from './columns.ts'
import { rankTsqueryOf, titleTsquery } from './tsquery.ts'
import { whereOf } from './where.ts'

/** Only this many of the matches, the newest ones, are ranked; the others follow, the newest first. */
const MAX_RANKED = 1_000

/** Weights of D, C, B, A (PostgreSQL's documentation, 12.3.3): no position, light fields, content, heavy fields. */
const WEIGHTS = '{0.05, 0.1, 0.3, 1.0}'

/** Milliseconds that one statement may take. */
const STATEMENT_TIMEOUT_MS = 5_000

/** The reading part of the driver. */
export function createReader(
  pool: Pool,
): Pick<SearchDriver, 'search' | 'contents' | 'titles' | 'countValues'> {
  return {
    search: (clauses, conditions, from, size): Promise<Page> =>
      withVectorIndex(pool, async (client) => {
        const { where, values } = whereOf(clauses, conditions)
        const { rows: counted } = await client.query<{ matches: number }>(
          `select count(*)::int as matches
           from (select from search.documents where ${where} limit ${MAX_TOTAL + 1}) as matches`,
          values,
        )
        const { matches } = counted[0]!
        if (from >= matches) return { matches, rows: [] }
        await client.query('set local enable_indexscan = on')
        const candidates = Math.max(MAX_RANKED, from + size)
        const ranked = rankTsqueryOf(clauses)
        const sql = pageSql(where, values.length, matches > MAX_TOTAL, ranked !== '')
        const page = [candidates, size, from, ...(ranked === '' ? [] : [ranked])]
        const { rows } = await client.query(sql, [...values, ...page])
        return { matches, rows: rows.map(rowOf) }
      }),

    async contents(ids) {
      const { rows } = await pool.query<{ id: string; content: string }>(
        'select id, content from search.documents where id = any($1::uuid[])',
        [ids],
      )
      return new Map(rows.map(({ id, content }) => [id, content]))
    },

    async titles(words) {
      const { rows } = await pool.query<{ title: string }>(
        `select title from search.documents where not deleted and vector @@ $1::tsquery
         order by created_at desc, id desc limit ${MAX_SUGGESTION_ROWS}`,
        [titleTsquery(words)],
      )
      return rows.map(({ title }) => title)
    },

    async countValues(facet, clauses: TermClause[] | undefined, conditions) {
      const { where, values } = whereOf(clauses ?? [], conditions)
      const isSet = fieldDefinition(facet).nullable ? `and ${facet} is not null` : ''
      const sql = `
        select ${facet} as key, count(*)::int as count from search.documents where ${where} ${isSet}
        group by 1 order by 2 desc, 1 limit ${MAX_VALUES}`
      const count = async (client: Pick<Pool, 'query'>): Promise<ValueCount[]> =>
        (await client.query<ValueCount>(sql, values)).rows
      return clauses === undefined ? count(pool) : withVectorIndex(pool, count)
    },
  }
}

/**
 * Makes the planner use the index of the vectors. It takes vectors to be as cheap to read as other columns, although
 * they are stored outside of the table and compressed, so it would test every row, which is up to 20 times slower.
 */
async function withVectorIndex<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let failed = true
  try {
    await client.query(
      `begin read only; set local enable_seqscan = off; set local enable_indexscan = off;
       set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
    )
    const result = await work(client)
    await client.query('commit')
    failed = false
    return result
  } finally {
    // After an error the connection is closed, which ends its transaction in any state.
    client.release(failed)
  }
}

const HIT_COLUMNS = HIT_FIELDS.map((name) => `${selected(name, 'stored')} as ${name}`).join(', ')

/**
 * Parameters: those of the conditions, number of the newest matches, page size, page start, tsquery of the rank. The
 * newest of many matches are read in the order of the index on time; few matches are all fetched and sorted.
 */
function pageSql(where: string, conditions: number, many: boolean, hasRank: boolean): string {
  const rank = hasRank ? `ts_rank('${WEIGHTS}', vector, $${conditions + 4}::tsquery, 1)` : '0'
  const newest = `order by created_at desc, id desc limit $${conditions + 1}`
  return `
    with matches as materialized (
      select id, created_at from search.documents where ${where} ${many ? newest : ''}
    ), newest as (
      select id, created_at from matches ${newest}
    ), aged as (
      select id, row_number() over (order by created_at desc, id desc) <= ${MAX_RANKED} as ranked from newest
    ), page as materialized (
      select id, created_at, ranked, case when ranked then ${rank} else 0 end as score
      from aged join search.documents using (id)
      order by ranked desc, score desc, created_at desc, id desc limit $${conditions + 2} offset $${conditions + 3}
    )
    select ${HIT_COLUMNS}, score::float8, left(content, ${CONTENT_START}) as content,
      octet_length(content) as content_bytes
    from page join search.documents as stored using (id)
    order by ranked desc, score desc, page.created_at desc, id desc`
}

function rowOf({ content_bytes, ...row }: Row & { content_bytes: number }): Row {
  for (const name of TIME_FIELDS) {
    const time: string | null = row[name]
    if (time !== null) row[name] = isoFromPostgres(time)
  }
  row.isCut = Buffer.byteLength(row.content) < content_bytes
  return row
}
