import type { Logger } from '../../../runtime/logger.ts'
import type { SearchEngine } from '../engine.ts'
import { createSearchIndex } from '../search-index.ts'
import type { SearchIndex } from '../port.ts'
import { createBulk } from './bulk.ts'
import { openElasticsearch } from './client.ts'
import { createIndexClient, createIndexSetup } from './create-index.ts'
import { createForgetDocuments } from './forget-documents.ts'
import { createIndexDocuments } from './index-documents.ts'
import { createKnownLanguages } from './known-languages.ts'
import { createReader } from './reader.ts'
import { createRefresher } from './refresher.ts'
import { createSimilarWords } from './similar-words.ts'
import { createSourceThread } from './source-thread.ts'
import { createStoredDocuments } from './stored-documents.ts'
import { parseElasticsearchUrl } from './url.ts'
import { createWordsWithPrefix } from './words-with-prefix.ts'
import { createWriter, MAX_REQUESTS } from './writer.ts'

export interface ElasticsearchOptions {
  /** elasticsearch:http://host:port */
  url: string
  /** name of the alias on the index */
  alias: string
  /** milliseconds in which the thread of its sources has to answer */
  threadMs?: number | undefined
  log: Logger
}

/**
 * The search index in Elasticsearch 8. The first process creates the index and its alias.
 * @throws Error with a sentence for the operator when the URL is wrong
 */
export const openElasticsearchSearch = (options: ElasticsearchOptions): SearchIndex =>
  createSearchIndex(createElasticsearchEngine(options))

function createElasticsearchEngine({ url, alias, threadMs, log }: ElasticsearchOptions): SearchEngine {
  const client = openElasticsearch(parseElasticsearchUrl(url))
  const stopping = new AbortController()
  const setup = createIndexSetup(client, alias, log)
  const index = createIndexClient(client, setup)
  const { ask: search, ...reader } = createReader(index, alias)
  const { languages, add: onLanguages } = createKnownLanguages(search)
  const storedDocuments = createStoredDocuments(index, alias, setup)
  const refresher = createRefresher(async () => {
    // Without this refresh the documents are found up to a second later.
    await client
      .ask({ method: 'POST', path: `/${alias}/_refresh` })
      .catch((error: unknown) => log.warn({ err: error }, 'the search index was not refreshed'))
  })
  const sources = createSourceThread(threadMs)
  const writer = createWriter(
    createBulk({ client, alias, setup, log, maxRequests: MAX_REQUESTS, signal: stopping.signal }),
  )

  setup.ready().catch((error: unknown) => {
    if (!stopping.signal.aborted) log.warn({ err: error }, 'the search index is not available yet')
  })

  return {
    ...reader,
    languages,
    similarWords: createSimilarWords(index, alias, search),
    wordsWithPrefix: createWordsWithPrefix(search),
    index: createIndexDocuments({ sources, storedDocuments, writer, refresher, setup, onLanguages }),
    versions: storedDocuments.versions,
    stored: storedDocuments.stored,
    forget: createForgetDocuments(index, alias),

    async stop() {
      stopping.abort()
      refresher.stop()
      await sources.stop()
      await client.stop()
    },
  }
}
