import { LRUCache } from 'lru-cache'
import type { Pool } from 'pg'
import {
  MAX_MISSPELLED,
  MAX_ONE_EDIT_CHARS,
  MAX_SUGGESTIONS,
  SPELLABLE,
  type SuggestTerms,
} from '../query/spelling.ts'
import type { Stems } from '../query/stems.ts'

const ALPHABET = [...'abcdefghijklmnopqrstuvwxyz']

/** Suggests recorded words that are similar to a misspelled one. */
export function createSuggestTerms(pool: Pool): SuggestTerms {
  return async (words, stems, fuzziness) => {
    const stemOf = (word: string): string => stems.get(word)!
    const known = fuzziness === 'all' ? new Set() : await knownStems(pool, words.map(stemOf))
    const misspelled = words.filter((word) => !known.has(stemOf(word))).slice(0, MAX_MISSPELLED)
    const suggested = new Map<string, string[]>()
    for (const word of misspelled) {
      const similar = word.length <= MAX_ONE_EDIT_CHARS ? similarToShort : similarToLong
      suggested.set(word, await similar(pool, word))
    }
    return suggested
  }
}

async function knownStems(pool: Pool, stems: string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ stem: string }>(
    'select distinct stem from search.words where stem = any($1::text[])',
    [stems],
  )
  return new Set(rows.map(({ stem }) => stem))
}

/** Short words share too few trigrams, so all words at a distance of one edit are looked up. */
async function similarToShort(pool: Pool, misspelled: string): Promise<string[]> {
  const { rows } = await pool.query<{ stem: string }>(
    `select stem from search.words where word = any($1::text[])
     order by (left(word, 1) = left($2, 1)) desc, word limit ${MAX_SUGGESTIONS}`,
    [oneEditFrom(misspelled), misspelled],
  )
  return rows.map(({ stem }) => stem)
}

function oneEditFrom(misspelled: string): string[] {
  const letters = [...misspelled]
  const edits: string[] = []
  for (let place = 0; place <= letters.length; place++) {
    const before = letters.slice(0, place).join('')
    const [here, next] = letters.slice(place)
    const after = letters.slice(place + 1).join('')
    for (const letter of ALPHABET) edits.push(before + letter + (here ?? '') + after)
    if (here === undefined) continue
    edits.push(before + after)
    for (const letter of ALPHABET) edits.push(before + letter + after)
    if (next !== undefined) edits.push(before + next + here + letters.slice(place + 2).join(''))
  }
  return edits.filter((edit) => edit !== misspelled)
}

/** `similarity_threshold` cannot be set for one statement, so the function of the migration sets it. */
async function similarToLong(pool: Pool, misspelled: string): Promise<string[]> {
  const sql = 'select stem from search.near_words($1, 2, $2)'
  const { rows } = await pool.query<{ stem: string }>(sql, [misspelled, MAX_SUGGESTIONS])
  return rows.map(({ stem }) => stem)
}

/** Records the words of documents, without stop words, for suggestions. */
export function createWordRecorder(pool: Pool): (stems: Stems) => Promise<void> {
  const recorded = new LRUCache<string, true>({ max: 50_000 })
  return async (stems) => {
    const words: string[] = []
    for (const [word, stem] of stems)
      if (stem !== '' && !recorded.has(word) && SPELLABLE.test(word)) words.push(word)
    if (words.length === 0) return
    // Sorted, so that two writers lock rows in the same order and cannot deadlock.
    words.sort()
    const sql = 'insert into search.words select * from unnest($1::text[], $2::text[]) on conflict do nothing'
    await pool.query(sql, [words, words.map((word) => stems.get(word)!)])
    for (const word of words) recorded.set(word, true)
  }
}
