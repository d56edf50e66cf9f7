import { tokensOf } from '../analysis/tokens.ts'
import type { SearchEngine } from '../engine.ts'
import type { Condition } from '../fields.ts'
import { wordsField } from './index-definition.ts'
import { type Query, queryOf } from './query.ts'
import { passagesOf, type Search, withPassages } from './reader.ts'

/** documents in whose best passages words are looked for */
const DOCUMENTS = 20
/** Looks for words; each but the first one only where none of the known ones is. */
const MAX_ROUNDS = 3

/**
 * Words of the newest texts that have one, and then of passages with none of these. The words of all texts would need a
 * column in memory: Elasticsearch lists the values of such columns only.
 */
export function createWordsWithPrefix(search: Search): SearchEngine['wordsWithPrefix'] {
  async function wordsOf(
    prefix: string,
    passages: Query,
    documents: Query,
    conditions: readonly Condition[],
  ) {
    const { hits } = await search({
      query: withPassages({ bool: { filter: [queryOf(undefined, conditions), documents] } }, passages),
      size: DOCUMENTS,
      track_total_hits: false,
      sort: [{ created_at: 'desc' }, { id: 'desc' }],
    })
    return hits.hits
      .flatMap((hit) => tokensOf(passagesOf(hit)[0]?.text ?? ''))
      .flatMap(({ word }) => (word.startsWith(prefix) ? [word] : []))
  }

  return async (prefix, limit, conditions) => {
    const inPassage: Query = { prefix: { 'content.words': prefix } }
    const found = mostFrequent(
      await wordsOf(prefix, inPassage, { prefix: { [wordsField('content')]: prefix } }, conditions),
    )
    for (let rounds = 1; found.length > 0 && found.length < limit && rounds < MAX_ROUNDS; rounds++) {
      const passages = { bool: { filter: inPassage, must_not: { terms: { 'content.words': found } } } }
      const nested = { nested: { path: 'content', query: passages } }
      const others = mostFrequent(await wordsOf(prefix, passages, nested, conditions))
      if (others.length === 0) break
      found.push(...others)
    }
    return found.slice(0, limit)
  }
}

function mostFrequent(words: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
    .sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1))
    .map(([word]) => word)
}
