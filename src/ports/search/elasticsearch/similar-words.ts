import type { SearchEngine } from '../engine.ts'
import type { Condition } from '../fields.ts'
import { maxEdits } from '../query/similar-words.ts'
import type { Elasticsearch } from './client.ts'
import { wordsField } from './index-definition.ts'
import { queryOf } from './query.ts'
import type { Search } from './reader.ts'

interface Answer {
  suggest?: Record<string, { options: { text: string; freq: number }[] }[]>
}

/** words that are similar to one */
const MAX_SIMILAR = 8
/** The suggester knows no readers: of so many words those are kept that a readable document has. */
const MAX_TRIED = 32

const FIELDS = [wordsField('title'), wordsField('content')]

/** Words of titles and texts by Elasticsearch's term suggester. */
export function createSimilarWords(
  client: Pick<Elasticsearch, 'ask'>,
  alias: string,
  search: Search,
): SearchEngine['similarWords'] {
  async function candidates(words: readonly string[], size: number): Promise<Map<string, string[]>> {
    const suggesters = words.flatMap((word, place) =>
      FIELDS.map((field) => [`${place} ${field}`, suggesterFor(word, field, size)] as const),
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

  /** Word → number of the documents that have it. */
  async function counted(
    words: readonly string[],
    readers: readonly Condition[],
  ): Promise<Map<string, number>> {
    if (words.length === 0) return new Map()
    const filters = words.map((word) => ({
      bool: { should: FIELDS.map((field) => ({ term: { [field]: word } })) },
    }))
    const { aggregations } = await search({
      query: queryOf(undefined, readers),
      size: 0,
      track_total_hits: false,
      aggs: { values: { filters: { filters } } },
    })
    const { buckets } = aggregations!.values
    return new Map(words.map((word, place) => [word, buckets[place]!.doc_count]))
  }

  return async (words, readers) => {
    if (readers.length === 0) return mapValues(await candidates(words, MAX_SIMILAR), firstSimilar)
    const tried = mapValues(await candidates(words, MAX_TRIED), (each) => each.slice(0, MAX_TRIED))
    const documents = await counted([...new Set([...tried.values()].flat())], readers)
    const options = (similar: readonly string[]) =>
      similar.map((text) => ({ text, freq: documents.get(text)! })).filter(({ freq }) => freq > 0)
    return mapValues(tried, (similar) => firstSimilar(mostFrequent(options(similar))))
  }
}

const firstSimilar = (words: readonly string[]): string[] => words.slice(0, MAX_SIMILAR)

const mapValues = <Value, Result>(map: ReadonlyMap<string, Value>, change: (value: Value) => Result) =>
  new Map([...map].map(([key, value]) => [key, change(value)]))

function mostFrequent(options: readonly { text: string; freq: number }[]): string[] {
  const documents = new Map<string, number>()
  for (const { text, freq } of options) documents.set(text, (documents.get(text) ?? 0) + freq)
  return [...documents]
    .sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1))
    .map(([word]) => word)
}

const suggesterFor = (text: string, field: string, size: number) => ({
  text,
  term: {
    field,
    analyzer: 'whitespace',
    suggest_mode: 'always',
    sort: 'frequency',
    max_edits: maxEdits(text),
    prefix_length: 1,
    min_word_length: 1,
    size,
    // The default ignores words of the query that more than 1 % of the documents have.
    max_term_freq: 1_000_000_000,
  },
})
