import type { Elasticsearch } from './elasticsearch-client.ts'
import { type Stemmer, createStemmer } from './stems.ts'

/** The stems that the index makes of words: by its own analyzer, so that the highlighter sees what the index sees. */
export function createElasticsearchStemmer(client: Elasticsearch, alias: string): Stemmer {
  return createStemmer({
    stemmed: /./,
    // index.analyze.max_token_count is 10,000.
    atOnce: 5_000,
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
