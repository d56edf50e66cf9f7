import { MAX_MISSPELLED, MAX_ONE_EDIT_CHARS, MAX_SUGGESTIONS, type SuggestTerms } from '../query/spelling.ts'
import type { Stemmer } from '../query/stems.ts'
import type { Elasticsearch } from './client.ts'
import { WRITTEN } from './index-definition.ts'

interface Answer {
  suggest?: Record<string, { options: { text: string }[] }[]>
}

/** Suggests words of all documents by Elasticsearch's term suggester. */
export function createSuggestTerms(
  client: Pick<Elasticsearch, 'ask'>,
  alias: string,
  stemsOf: Stemmer,
): SuggestTerms {
  return async (words, _, fuzziness) => {
    const asked = words.slice(0, MAX_MISSPELLED)
    const { suggest = {} } = await client.ask<Answer>({
      method: 'POST',
      path: `/${alias}/_search`,
      query: { filter_path: 'suggest.*.options.text', allow_partial_search_results: false },
      body: {
        size: 0,
        suggest: Object.fromEntries(asked.map((word, place) => [place, suggesterFor(word, fuzziness)])),
      },
    })
    const options = asked.map((_, place) => (suggest[place] ?? []).flatMap(({ options = [] }) => options))
    const stems = await stemsOf(options.flat().map(({ text }) => text))
    return new Map(
      asked.map((word, place) => [word, options[place]!.map(({ text }) => stems.get(text)!).filter(Boolean)]),
    )
  }
}

const suggesterFor = (text: string, fuzziness: 'unknown-words' | 'all') => ({
  text,
  term: {
    field: WRITTEN,
    suggest_mode: fuzziness === 'all' ? 'always' : 'missing',
    max_edits: text.length <= MAX_ONE_EDIT_CHARS ? 1 : 2,
    prefix_length: 0,
    min_word_length: 3,
    size: MAX_SUGGESTIONS,
    // The default ignores words of the query that more than 1 % of the documents have.
    max_term_freq: 1_000_000_000,
  },
})
