import { LRUCache } from 'lru-cache'
import type { Pool } from 'pg'
import { FORGIVEN, MAX_MISSPELLED, MAX_NEAR, MAX_SHORT, type Near } from './query-terms.ts'
import type { Stems } from './stems.ts'

const ALPHABET = [...'abcdefghijklmnopqrstuvwxyz']

/** Looks among the recorded words for those that are like a misspelled one. */
export function createNear(pool: Pool): Near {
  return async (words, stems, forgiveness) => {
    const candidates = words.filter((word) => FORGIVEN.test(word))
    if (candidates.length === 0) return new Map()
    const asked = candidates.map((word) => stems.get(word)!)
    const known = forgiveness === 'all' ? new Set() : await knownOf(pool, asked)
    const misspelled = candidates.filter((word) => !known.has(stems.get(word)!)).slice(0, MAX_MISSPELLED)
    const near = new Map<string, string[]>()
    for (const word of misspelled) {
      near.set(word, await (word.length <= MAX_SHORT ? nearShort : nearLong)(pool, word))
    }
    return near
  }
}

async function knownOf(pool: Pool, stems: string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ stem: string }>(
    'select distinct stem from search.words where stem = any($1::text[])',
    [stems],
  )
  return new Set(rows.map(({ stem }) => stem))
}

/** Short words share too few trigrams, so everything that is one edit away is looked up. */
async function nearShort(pool: Pool, misspelled: string): Promise<string[]> {
  const { rows } = await pool.query<{ stem: string }>(
    `select stem from search.words where word = any($1::text[])
     order by (left(word, 1) = left($2, 1)) desc, word limit ${MAX_NEAR}`,
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

/** `similarity_threshold` cannot be set for one statement, so the function of the migration has it. */
async function nearLong(pool: Pool, misspelled: string): Promise<string[]> {
  const sql = 'select stem from search.near_words($1, 2, $2)'
  const { rows } = await pool.query<{ stem: string }>(sql, [misspelled, MAX_NEAR])
  return rows.map(({ stem }) => stem)
}

/** Records words so that misspelled ones can be traced to them; stop words are not. */
export function createWordRecorder(pool: Pool): (stems: Stems) => Promise<void> {
  const recorded = new LRUCache<string, true>({ max: 50_000 })
  return async (stems) => {
    const words: string[] = []
    for (const [word, stem] of stems)
      if (stem !== '' && !recorded.has(word) && FORGIVEN.test(word)) words.push(word)
    if (words.length === 0) return
    // In order, so that two writers never wait for each other in a circle.
    words.sort()
    const sql = 'insert into search.words select * from unnest($1::text[], $2::text[]) on conflict do nothing'
    await pool.query(sql, [words, words.map((word) => stems.get(word)!)])
    for (const word of words) recorded.set(word, true)
  }
}
