import { LRUCache } from 'lru-cache'
import type { Pool } from 'pg'

/** `when-unknown`: only words that no document has ever had are taken for misspelled; `all`: every word may be. */
export type Forgiveness = 'when-unknown' | 'all'

/** For each stem that may be misspelled, the stems it may have meant, the nearest first. */
export type Near = (stems: string[], forgiveness: Forgiveness) => Promise<Map<string, string[]>>

/** Only words of letters are taken for misspelled, and only they are recorded. */
const LETTERS = /^\p{L}{3,32}$/u
const MAX_MISSPELLED = 8
const MAX_NEAR = 8
const ALPHABET = [...'abcdefghijklmnopqrstuvwxyz']

/** How many edits are forgiven: as Elasticsearch's fuzziness AUTO (its documentation, "Common options"). */
const editsOf = (stem: string): number => (stem.length <= 2 ? 0 : stem.length <= 5 ? 1 : 2)

/** The recorded stems that are like a misspelled one. */
export function createNear(pool: Pool): Near {
  return async (stems, forgiveness) => {
    const candidates = stems.filter((stem) => LETTERS.test(stem))
    if (candidates.length === 0) return new Map()
    const known = forgiveness === 'all' ? new Set<string>() : await knownOf(pool, candidates)
    const misspelled = candidates.filter((stem) => !known.has(stem)).slice(0, MAX_MISSPELLED)
    const near = await Promise.all(
      misspelled.map(async (stem) => [stem, await (editsOf(stem) === 1 ? nearShort : nearLong)(pool, stem)] as const),
    )
    return new Map(near)
  }
}

async function knownOf(pool: Pool, stems: string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ word: string }>('select word from search.words where word = any($1::text[])', [stems])
  return new Set(rows.map(({ word }) => word))
}

/** Short words share too few trigrams, so everything that is one edit away is looked up. */
async function nearShort(pool: Pool, stem: string): Promise<string[]> {
  const { rows } = await pool.query<{ word: string }>(
    `select word from search.words where word = any($1::text[]) order by (left(word, 1) = $2) desc, word limit ${MAX_NEAR}`,
    [oneEditFrom(stem), [...stem][0]],
  )
  return rows.map(({ word }) => word)
}

function oneEditFrom(stem: string): string[] {
  const letters = [...stem]
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
  return edits.filter((edit) => edit !== stem)
}

/** `similarity_threshold` cannot be set for one statement, so the function of the migration has it. */
async function nearLong(pool: Pool, stem: string): Promise<string[]> {
  const { rows } = await pool.query<{ word: string }>('select word from search.near_words($1, 2, $2)', [stem, MAX_NEAR])
  return rows.map(({ word }) => word)
}

/** Records stems so that misspelled words can be traced to them. */
export function createWordRecorder(pool: Pool): (stems: Iterable<string>) => Promise<void> {
  const recorded = new LRUCache<string, true>({ max: 50_000 })
  return async (stems) => {
    const fresh = new Set<string>()
    for (const stem of stems) if (!recorded.has(stem) && LETTERS.test(stem)) fresh.add(stem)
    if (fresh.size === 0) return
    // In order, so that two writers never wait for each other in a circle.
    await pool.query('insert into search.words select unnest($1::text[]) on conflict do nothing', [[...fresh].sort()])
    for (const stem of fresh) recorded.set(stem, true)
  }
}
