import { DomainError } from '../../domain/errors.ts'
import type { Logger } from '../../runtime/logger.ts'
import { isElasticsearchError, openElasticsearch } from './elasticsearch-client.ts'
import { createHeld } from './elasticsearch-held.ts'
import { createIndex } from './elasticsearch-index.ts'
import { createNear } from './elasticsearch-near-words.ts'
import { createReader } from './elasticsearch-read.ts'
import { createRefresher } from './elasticsearch-refresh.ts'
import { createIndexSetup } from './elasticsearch-setup.ts'
import { createElasticsearchStemmer } from './elasticsearch-stems.ts'
import { parseElasticsearchUrl } from './elasticsearch-url.ts'
import { createWriter } from './elasticsearch-write.ts'
import { createHighlighter } from './hit-highlights.ts'
import { MAX_TOTAL } from './limits.ts'
import { parseQuery } from './parse-query.ts'
import type { SearchIndex } from './port.ts'
import { type Forgiveness, forgiving, termsOf } from './query-terms.ts'
import { suggestionsOf, wordsOfPrefix } from './suggestions.ts'
import type { Term } from './terms.ts'

export interface ElasticsearchOptions {
  /** elasticsearch:http://host:port */
  url: string
  /** under which the index is known */
  alias: string
  log: Logger
  /** from 0 to 1 */
  random?: () => number
}

/**
 * The search index in Elasticsearch 8. Words, phrases, forgiveness and highlights are those of the other adapters; the
 * alias and its index are made by whoever comes first.
 * @throws Error with a sentence for the operator when the URL is wrong
 */
export function openElasticsearchSearch({
  url,
  alias,
  log,
  random = Math.random,
}: ElasticsearchOptions): SearchIndex {
  const client = openElasticsearch(parseElasticsearchUrl(url))
  const stopping = new AbortController()
  const setup = createIndexSetup(client, alias, (index, isAgain) => {
    if (isAgain)
      log.warn({ index }, 'the search index was gone, and is made anew, empty: run `docmgr reindex`')
    else log.info({ index }, 'made the search index')
  })
  const stemsOf = createElasticsearchStemmer(client, alias)
  const near = createNear(client, alias, stemsOf)
  const held = createHeld(client, alias)
  const reader = createReader(client, alias)
  const highlight = createHighlighter(stemsOf, held.contents)
  const refresher = createRefresher(async () => {
    // Without it what was written is found a second later.
    await client
      .ask({ method: 'POST', path: `/${alias}/_refresh` })
      .catch((error: unknown) => log.warn({ err: error }, 'the search index was not refreshed'))
  })
  const writer = createWriter({ client, alias, setup, random, log, signal: stopping.signal })
  const index = createIndex({ held, writer, refresher })

  const forgive = <T>(q: string, nothing: T, ask: (terms: Term[]) => Promise<T | undefined>): Promise<T> => {
    const parts = parseQuery(q)
    const termsFor = (forgiveness: Forgiveness) => termsOf(parts, forgiveness, { stemsOf, near })
    return forgiving(['none', 'when-unknown', 'all'], termsFor, nothing, ask)
  }

  setup.ready().catch((error: unknown) => {
    if (!stopping.signal.aborted) log.warn({ err: error }, 'the search index is not there yet')
  })

  /** Where the index has gone missing, the next call makes it again. */
  async function onIndex<T>(work: () => Promise<T>): Promise<T> {
    await setup.ready()
    return work().catch((error: unknown) => {
      if (!isElasticsearchError(error, 'index_not_found_exception')) throw error
      setup.forget()
      throw new DomainError('unavailable', 'the search index is not there; try again', { cause: error })
    })
  }

  return {
    index: (documents) => onIndex(() => index(documents)),

    versions: (ids) => onIndex(() => held.versions(ids)),

    search: ({ q, filters, from, size }) =>
      onIndex(() => {
        const nothing = { total: 0, total_is_exact: true, documents: [] }
        return forgive(q, nothing, async (terms) => {
          const { matches, rows } = await reader.search(terms, filters, from, size)
          if (matches === 0) return undefined
          const documents = await highlight(rows, terms)
          return { total: Math.min(matches, MAX_TOTAL), total_is_exact: matches <= MAX_TOTAL, documents }
        })
      }),

    suggest: (prefix, size) =>
      onIndex(async () => {
        const words = wordsOfPrefix(prefix)
        return words.length === 0 ? [] : suggestionsOf(prefix, await reader.titles(words), size)
      }),

    aggregate: (field, q, filters = {}) =>
      onIndex(() => {
        if (q === undefined) return reader.values(field, undefined, filters)
        return forgive(q, [] as { key: string; count: number }[], async (terms) => {
          const values = await reader.values(field, terms, filters)
          return values.length === 0 ? undefined : values
        })
      }),

    check: () => onIndex(() => reader.check()),

    async stop() {
      stopping.abort()
      refresher.stop()
      await client.stop()
    },
  }
}
