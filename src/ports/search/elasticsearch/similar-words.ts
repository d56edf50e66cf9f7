import type { SearchEngine } from '../engine.ts'
import { maxEdits } from '../query/similar-words.ts'
import type { Elasticsearch } from './client.ts'
import { wordsField } from './index-definition.ts'

interface Answer {
  suggest?: Record<string, { options: { text: string; freq: number }[] }[]>
}

/** words that are similar to one */
const MAX_SIMILAR = 8

const FIELDS = [wordsField('title'), wordsField('content')]

/** Words of titles and texts by Elasticsearch's term suggester. */
export function createSimilarWords(
  client: Pick<Elasticsearch, 'ask'>,
  alias: string,
): SearchEngine['similarWords'] {
  return async (words) => {
    const suggesters = words.flatMap((word, place) =>
      FIELDS.map((field) => [`${place} ${field}`, suggesterFor(word, field)] as const),
    )
    const { suggest = {} } = await client.ask<Answer>({
      method: 'POST',
      path: `/${alias}/_search`,
      query: {
        filter_path: 'suggest.*.options.text,suggest.*.options.freq',
        allow_partial_search_results: false,
      },
      body: { size: 0, suggest: Object.fromEntries(suggesters) },
    })
    return new Map(
      words.map((word, place) => {
        const options = FIELDS.flatMap((field) =>
          (suggest[`${place} ${field}`] ?? []).flatMap((each) => each.options ?? []),
        )
        return [word, mostFrequent(options)]
      }),
    )
  }
}

function mostFrequent(options: readonly { text: string; freq: number }[]): string[] {
  const documents = new Map<string, number>()
  for (const { text, freq } of options) documents.set(text, (documents.get(text) ?? 0) + freq)
  return [...documents]
    .sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1))
    .slice(0, MAX_SIMILAR)
    .map(([word]) => word)
}

const suggesterFor = (text: string, field: string) => ({
  text,
  term: {
    field,
    analyzer: 'whitespace',
    suggest_mode: 'always',
    sort: 'frequency',
    max_edits: maxEdits(text),
    prefix_length: 1,
    min_word_length: 1,
    size: MAX_SIMILAR,
    // The default ignores words of the query that more than 1 % of the documents have.
    max_term_freq: 1_000_000_000,
  },
})
