import type { Database } from '../../db/database.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { SearchIndex } from './port.ts'

/** What adapters may need of the program. */
export interface SearchResources {
  /** for `postgres:` */
  database: Database | undefined
  /** name in Elasticsearch */
  index?: string
  log: Logger
}

/**
 * Opens the search index that the URL names.
 * @throws Error with a sentence for the operator
 */
export async function openSearch(
  url: string,
  { database, index = 'documents', log }: SearchResources,
): Promise<SearchIndex> {
  const scheme = url.slice(0, url.indexOf(':') + 1)
  switch (scheme) {
    case 'postgres:': {
      if (!database) throw new Error('search.url: postgres: needs the database')
      const { openPostgresSearch } = await import('./postgres.ts')
      return openPostgresSearch({ pool: database.pool })
    }
    case 'elasticsearch:': {
      const { openElasticsearchSearch } = await import('./elasticsearch.ts')
      return openElasticsearchSearch({ url, alias: index, log })
    }
    default:
      throw new Error(`search.url: ${scheme || url} is not known; it can be postgres: or elasticsearch:`)
  }
}
