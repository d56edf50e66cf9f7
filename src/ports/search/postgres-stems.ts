import type { Pool } from 'pg'
import { type Stemmer, createStemmer } from './stems.ts'

/**
 * PostgreSQL's English stemmer (its documentation, 12.6.6), asked once for each word: what docmgr keeps of the answers
 * makes indexing cheaper than to_tsvector, and tells the highlighter what matched.
 */
export function createPostgresStemmer(pool: Pool): Stemmer {
  return createStemmer({
    stemmed: /^[a-z]+$/,
    atOnce: 10_000,
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
