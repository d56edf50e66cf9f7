import { createStemmer, type Stemmer } from '../query/stems.ts'
import type { Elasticsearch } from './client.ts'

/** The stems by the analyzer of the index, so that the highlighter finds the same words as the index. */
export function createElasticsearchStemmer(client: Pick<Elasticsearch, 'ask'>, alias: string): Stemmer {
  return createStemmer({
    stemmable: /./,
    // index.analyze.max_token_count is 10,000.
    maxBatch: 5_000,
    async lookUp(words) {
      const text = words.join(' ')
      const { tokens = [] } = await client.ask<{ tokens?: { token: string; start_offset: number }[] }>({
        method: 'POST',
        path: `/${alias}/_analyze`,
        query: { filter_path: 'tokens.token,tokens.start_offset' },
        body: { analyzer: 'stems', text },
      })
      const stems = new Map(tokens.map(({ token, start_offset }) => [start_offset, token]))
      let offset = 0
      return words.map((word) => {
        const stem = stems.get(offset) ?? ''
        offset += word.length + 1
        return stem
      })
    },
  })
}
