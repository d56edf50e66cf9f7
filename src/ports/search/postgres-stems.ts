import { LRUCache } from 'lru-cache'
import type { Pool } from 'pg'

/** The stem of each word; a stop word has the empty one. */
export type Stems = ReadonlyMap<string, string>

/** Finds the stems of folded words. */
export type Stemmer = (words: Iterable<string>) => Promise<Stems>

/** words; about 100 bytes each */
const CACHE_SIZE = 50_000
const QUERY_SIZE = 10_000
const ENGLISH = /^[a-z]+$/

/**
 * PostgreSQL's English stemmer (its documentation, 12.6.6), asked once for each word: what docmgr keeps of the answers
 * makes indexing cheaper than to_tsvector, and tells the highlighter what matched.
 */
export function createStemmer(pool: Pool): Stemmer {
  const cache = new LRUCache<string, string>({ max: CACHE_SIZE })
  return async (words) => {
    const stems = new Map<string, string>()
    const unknown: string[] = []
    for (const word of words) {
      if (stems.has(word)) continue
      const stem = ENGLISH.test(word) ? cache.get(word) : word
      if (stem === undefined) unknown.push(word)
      stems.set(word, stem ?? '')
    }
    for (let start = 0; start < unknown.length; start += QUERY_SIZE) {
      const asked = unknown.slice(start, start + QUERY_SIZE)
      const { rows } = await pool.query<{ stem: string | null }>(
        `select (ts_lexize('english_stem', word))[1] as stem
         from unnest($1::text[]) with ordinality as asked(word, place) order by place`,
        [asked],
      )
      asked.forEach((word, index) => {
        const stem = rows[index]!.stem ?? ''
        stems.set(word, stem)
        cache.set(word, stem)
      })
    }
    return stems
  }
}
