import { tokensOf } from '../analysis/tokens.ts'
import type { SearchEngine } from '../engine.ts'
import { wordsField } from './index-definition.ts'
import { queryOf } from './query.ts'
import { passageOf, type Search, withPassages } from './reader.ts'

/** documents in whose best passages words are looked for */
const DOCUMENTS = 20

/**
 * Words of the newest texts that have one. The words of all texts would need a column in memory: Elasticsearch lists the
 * values of such columns only.
 */
export function createWordsWithPrefix(search: Search): SearchEngine['wordsWithPrefix'] {
  return async (prefix, limit, conditions) => {
    const filter = [queryOf(undefined, conditions), { prefix: { [wordsField('content')]: prefix } }]
    const query = { bool: { filter } }
    const { hits } = await search({
      query: withPassages(query, { prefix: { 'content.words': prefix } }),
      size: DOCUMENTS,
      track_total_hits: false,
      sort: [{ created_at: 'desc' }, { id: 'desc' }],
    })
    const counts = new Map<string, number>()
    for (const hit of hits.hits)
      for (const { word } of tokensOf(passageOf(hit)?.text ?? ''))
        if (word.startsWith(prefix)) counts.set(word, (counts.get(word) ?? 0) + 1)
    return [...counts]
      .sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1))
      .slice(0, limit)
      .map(([word]) => word)
  }
}
