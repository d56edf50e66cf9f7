import type { Pool } from 'pg'
import { DomainError } from '../../domain/errors.ts'
import { createHighlighter } from './hit-highlights.ts'
import { MAX_TOTAL } from './limits.ts'
import { parseQuery } from './parse-query.ts'
import type { SearchFilters, SearchIndex } from './port.ts'
import { createIndex } from './postgres-index.ts'
import { createNear, createWordRecorder } from './postgres-near-words.ts'
import { createReader } from './postgres-read.ts'
import { createPostgresStemmer } from './postgres-stems.ts'
import { suggestionQuery, tsqueryOf } from './postgres-terms.ts'
import { createWriter } from './postgres-write.ts'
import { type Forgiveness, forgiving, termsOf } from './query-terms.ts'
import { suggestionsOf } from './suggestions.ts'
import type { Term } from './terms.ts'

/**
 * The search index in PostgreSQL: a tsvector a document with a GIN index, a table of all words to trace misspelled
 * ones to. The pool stays the caller's.
 */
export function openPostgresSearch({ pool }: { pool: Pool }): SearchIndex {
  const stemsOf = createPostgresStemmer(pool)
  const near = createNear(pool)
  const reader = createReader(pool)
  const highlight = createHighlighter(stemsOf, reader.contents)
  const index = createIndex(pool, createWriter(pool, stemsOf, createWordRecorder(pool)))

  /** Asks first for the words as they are, and then, when nothing has them, for words like them. */
  const forgive = <T>(q: string, nothing: T, ask: (terms: Term[]) => Promise<T | undefined>): Promise<T> => {
    const parts = parseQuery(q)
    const termsFor = (forgiveness: Forgiveness) => termsOf(parts, forgiveness, { stemsOf, near })
    return forgiving(['when-unknown', 'all'], termsFor, nothing, ask)
  }

  return {
    index,

    async versions(ids) {
      const { rows } = await pool.query<{ id: string; version: number }>(
        'select id, version from search.documents where id = any($1::uuid[])',
        [ids],
      )
      return new Map(rows.map(({ id, version }) => [id, version]))
    },

    search({ q, filters, from, size }) {
      const nothing = { total: 0, total_is_exact: true, documents: [] }
      return forgive(q, nothing, async (terms) => {
        const tsquery = tsqueryOf(terms)
        const { matches, rows } = await reader.search(tsquery, filters, from, size)
        if (matches === 0) return undefined
        const documents = await highlight(rows, terms)
        return { total: Math.min(matches, MAX_TOTAL), total_is_exact: matches <= MAX_TOTAL, documents }
      })
    },

    async suggest(prefix, size) {
      const tsquery = suggestionQuery(prefix)
      return tsquery === undefined ? [] : suggestionsOf(prefix, await reader.titles(tsquery), size)
    },

    async aggregate(field, q, filters: SearchFilters = {}) {
      if (q === undefined) return reader.values(field, undefined, filters)
      return forgive(q, [] as { key: string; count: number }[], async (terms) => {
        const values = await reader.values(field, tsqueryOf(terms), filters)
        return values.length === 0 ? undefined : values
      })
    },

    async check() {
      try {
        await pool.query('select from search.documents limit 1')
      } catch (error) {
        throw new DomainError('unavailable', 'the search index cannot be reached', { cause: error })
      }
    },

    async stop() {},
  }
}
