import type { Logger } from '../../../runtime/logger.ts'
import type { SearchDriver } from '../driver.ts'
import type { SearchIndex } from '../port.ts'
import { createSearchIndex } from '../search.ts'
import { createBulk } from './bulk.ts'
import { openElasticsearch } from './client.ts'
import { createIndexClient, createIndexSetup } from './create-index.ts'
import { createForgetDocuments } from './forget-documents.ts'
import { createIndexDocuments } from './index-documents.ts'
import { createReader } from './reader.ts'
import { createRefresher } from './refresher.ts'
import { createSuggestTerms } from './spelling.ts'
import { createElasticsearchStemmer } from './stemmer.ts'
import { createStoredDocuments } from './stored-documents.ts'
import { parseElasticsearchUrl } from './url.ts'
import { createWriter, MAX_REQUESTS } from './writer.ts'

export interface ElasticsearchOptions {
  /** elasticsearch:http://host:port */
  url: string
  /** name of the alias on the index */
  alias: string
  log: Logger
}

/**
 * The search index in Elasticsearch 8. The first process creates the index and its alias.
 * @throws Error with a sentence for the operator when the URL is wrong
 */
export const openElasticsearchSearch = (options: ElasticsearchOptions): SearchIndex =>
  createSearchIndex(createElasticsearchDriver(options))

function createElasticsearchDriver({ url, alias, log }: ElasticsearchOptions): SearchDriver {
  const client = openElasticsearch(parseElasticsearchUrl(url))
  const stopping = new AbortController()
  const setup = createIndexSetup(client, alias, log)
  const index = createIndexClient(client, setup)
  const stemsOf = createElasticsearchStemmer(index, alias)
  const storedDocuments = createStoredDocuments(index, alias, setup)
  const refresher = createRefresher(async () => {
    // Without this refresh the documents are found up to a second later.
    await client
      .ask({ method: 'POST', path: `/${alias}/_refresh` })
      .catch((error: unknown) => log.warn({ err: error }, 'the search index was not refreshed'))
  })
  const writer = createWriter(
    createBulk({ client, alias, setup, log, maxRequests: MAX_REQUESTS, signal: stopping.signal }),
  )

  setup.ready().catch((error: unknown) => {
    if (!stopping.signal.aborted) log.warn({ err: error }, 'the search index is not available yet')
  })

  return {
    ...createReader(index, alias),
    fuzziness: ['exact', 'unknown-words', 'all'],
    stemsOf,
    suggestTerms: createSuggestTerms(index, alias, stemsOf),
    index: createIndexDocuments({ storedDocuments, writer, refresher }),
    versions: storedDocuments.versions,
    stored: storedDocuments.stored,
    forget: createForgetDocuments(index, alias),
    contents: storedDocuments.contents,

    async stop() {
      stopping.abort()
      refresher.stop()
      await client.stop()
    },
  }
}
