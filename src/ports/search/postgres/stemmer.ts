import type { Pool } from 'pg'
import { createStemmer, type Stemmer } from '../query/stems.ts'

/**
 * PostgreSQL's English stemmer (its documentation, 12.6.6). Each word is asked for once; with the cached stems indexing
 * is cheaper than with to_tsvector, and the highlighter knows what matched.
 */
export function createPostgresStemmer(pool: Pool): Stemmer {
  return createStemmer({
    stemmable: /^[a-z]+$/,
    maxBatch: 10_000,
    async lookUp(words) {
      const { rows } = await pool.query<{ stem: string | null }>(
        `select (ts_lexize('english_stem', word))[1] as stem
         from unnest($1::text[]) with ordinality as asked(word, place) order by place`,
        [words],
      )
      return rows.map(({ stem }) => stem ?? '')
    },
  })
}
