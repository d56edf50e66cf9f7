import { DomainError } from '../../../domain/errors.ts'
import type { SearchEngine } from '../engine.ts'
import type { Elasticsearch } from './client.ts'
import type { ItemError } from './errors.ts'

interface BulkAnswer {
  items: { delete: { error?: ItemError } }[]
}

/**
 * The engine's `forget`. Elasticsearch remembers the version of a deletion for `index.gc_deletes`, a minute by default,
 * and refuses older ones until then. docmgr needs none of that memory, because its own deletions are documents.
 * @throws DomainError unavailable
 */
export function createForgetDocuments(
  client: Pick<Elasticsearch, 'ask'>,
  alias: string,
): SearchEngine['forget'] {
  return async (documents) => {
    const body = { index: { gc_deletes: '0s' } }
    await client.ask({ method: 'PUT', path: `/${alias}/_settings`, body })
    const lines = documents.map(({ id, version }) => {
      // A newer version stays.
      return `${JSON.stringify({ delete: { _id: id, version, version_type: 'external_gte' } })}\n`
    })
    const { items } = await client.ask<BulkAnswer>({
      method: 'POST',
      path: `/${alias}/_bulk`,
      query: { refresh: true },
      lines: lines.join(''),
    })
    for (const {
      delete: { error },
    } of items) {
      if (error === undefined || error.type === 'version_conflict_engine_exception') continue
      throw new DomainError(
        'unavailable',
        `the search index cannot be changed now: ${error.type}: ${error.reason}`,
      )
    }
  }
}
