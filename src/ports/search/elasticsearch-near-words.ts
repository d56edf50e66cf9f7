import type { Elasticsearch } from './elasticsearch-client.ts'
import { FORGIVEN, MAX_MISSPELLED, MAX_NEAR, MAX_SHORT, type Near } from './query-terms.ts'
import type { Stemmer } from './stems.ts'

interface Suggested {
  suggest?: Record<string, { options: { text: string }[] }[]>
}

/** Looks for words like a misspelled one among those of all documents, by Elasticsearch's term suggester. */
export function createNear(client: Elasticsearch, alias: string, stemsOf: Stemmer): Near {
  return async (words, _, forgiveness) => {
    const asked = words.filter((word) => FORGIVEN.test(word)).slice(0, MAX_MISSPELLED)
    if (asked.length === 0) return new Map()
    const { suggest = {} } = await client.ask<Suggested>({
      method: 'POST',
      path: `/${alias}/_search`,
      query: { filter_path: 'suggest.*.options.text', allow_partial_search_results: false },
      body: {
        size: 0,
        suggest: Object.fromEntries(asked.map((word, place) => [place, suggestionFor(word, forgiveness)])),
      },
    })
    const options = asked.map((_, place) => (suggest[place] ?? []).flatMap(({ options = [] }) => options))
    const stems = await stemsOf(options.flat().map(({ text }) => text))
    return new Map(
      asked.map((word, place) => [word, options[place]!.map(({ text }) => stems.get(text)!).filter(Boolean)]),
    )
  }
}

const suggestionFor = (text: string, forgiveness: 'when-unknown' | 'all') => ({
  text,
  term: {
    field: 'written',
    suggest_mode: forgiveness === 'all' ? 'always' : 'missing',
    max_edits: text.length <= MAX_SHORT ? 1 : 2,
    prefix_length: 0,
    min_word_length: 3,
    size: MAX_NEAR,
    // Otherwise words that more than 1 % of the documents have are not looked at.
    max_term_freq: 1_000_000_000,
  },
})
