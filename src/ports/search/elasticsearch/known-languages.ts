import type { Language } from '../../../runtime/detect-language.ts'
import type { Search } from './reader.ts'

const MAX_LANGUAGES = 200
/** milliseconds until the index is asked again */
const MAX_AGE_MS = 2_000

export interface KnownLanguages {
  /** The languages of the index as of MAX_AGE_MS ago, and those that this process has written since. */
  languages(): Promise<readonly Language[]>
  add(languages: readonly Language[]): void
}

export function createKnownLanguages(search: Search, now = () => performance.now()): KnownLanguages {
  const added = new Set<Language>()
  let asked: { at: number; languages: Promise<readonly Language[]> } | undefined

  async function ask(): Promise<readonly Language[]> {
    const { aggregations } = await search({
      query: { match_all: {} },
      size: 0,
      track_total_hits: false,
      aggs: { values: { terms: { field: 'languages', size: MAX_LANGUAGES } } },
    })
    return aggregations!.values.buckets.map(({ key }) => key)
  }

  return {
    async languages() {
      if (asked === undefined || now() - asked.at > MAX_AGE_MS) {
        asked = { at: now(), languages: ask() }
        asked.languages.catch(() => (asked = undefined))
      }
      return [...new Set([...(await asked.languages), ...added])].sort()
    },
    add: (languages) => {
      for (const language of languages) added.add(language)
    },
  }
}
